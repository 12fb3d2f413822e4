package dev.understudy.ops;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Message;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A day at one understudy, by script and on a clock of its own: everything that can happen happens. */
public final class Day {

    /** What must be seen nowhere. */
    public static final String PROMPT = "the quick brown canary";

    static final String ANSWER = "sings of nothing at all";

    public static final ChatRequest REQUEST = ChatRequest.of("m", PROMPT);

    public final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    public final ScriptedProvider a = ScriptedProvider.named("a");
    final ScriptedProvider b = ScriptedProvider.named("b");
    public final List<Event> events = new ArrayList<>();
    public final Understudy understudy;

    private final Listener listener;
    private final Talkative talkative = new Talkative(a);

    public Day(Listener listener) {
        this.listener = ((Listener) events::add).and(listener);
        a.can(Capabilities.assumed().withPrice(Capabilities.Price.of(2, 8)).withWindow(1_000));
        b.can(Capabilities.assumed().withPrice(Capabilities.Price.of(1, 4)));
        a.warming(() -> Mono.error(new ChatException.CallFailed(failure(FailureKind.CONNECT))));
        understudy = Understudy.builder()
                .name("day")
                .provider(talkative, Map.of("m", "a-1"))
                .provider(b, Map.of("m", "b-1"))
                .retry(RetryPolicy.defaults().withRetries(1))
                .circuit(CircuitPolicy.defaults().withoutRate())
                .hedging(HedgingPolicy.defaults())
                .listener(this.listener)
                .random(new FixedRandom(0.5))
                .scheduler(clock)
                .build();
    }

    /** Repeats the prompt in its words, as vendors do. */
    public static Failure failure(FailureKind kind) {
        return Failure.of(kind, "cannot answer '" + PROMPT + "'").withStatus(503, "code of " + PROMPT);
    }

    public static ScriptedAnswer answer() {
        return ScriptedAnswer.tokens(ANSWER.split("(?= )"))
                .withUsage(Usage.of(100, 50).withCachedInput(40).withReasoning(20));
    }

    /** All of it, through both understudies. */
    public void play() {
        understudy.warmup().block();
        for (boolean streamed : new boolean[] {false, true}) {
            served(streamed);
            retried(streamed);
            failedOver(streamed);
            rateLimited(streamed);
            adapted(streamed);
            exhausted(streamed);
            rejected(streamed);
            trimmed(streamed);
            circuit(streamed);
            hedged(streamed);
            cancelled(streamed);
            held(streamed);
        }
        cut();
        elsewhere();
    }

    public void served(boolean streamed) {
        a.then(answer());
        ask(streamed);
    }

    void retried(boolean streamed) {
        a.then(ScriptedAnswer.fail(failure(FailureKind.SERVER)), answer());
        ask(streamed);
    }

    public void failedOver(boolean streamed) {
        a.then(ScriptedAnswer.fail(failure(FailureKind.AUTH)));
        b.then(answer());
        ask(streamed);
    }

    void rateLimited(boolean streamed) {
        a.then(ScriptedAnswer.fail(failure(FailureKind.RATE_LIMITED).withRetryAfter(Duration.ofSeconds(1))), answer());
        ask(streamed);
    }

    void adapted(boolean streamed) {
        talkative.providerEvents.addAll(List.of(
                new ProviderEvent.KeyCoolingDown("a", "key#1", FailureKind.QUOTA, Duration.ofMinutes(10)),
                new ProviderEvent.KeyRotated("a", "key#2"),
                new ProviderEvent.RequestAdapted("a", "a-1", "temperature", ProviderEvent.Change.LEFT_OUT),
                new ProviderEvent.FirstContentFrom("a", "a-1")));
        served(streamed);
    }

    public void exhausted(boolean streamed) {
        a.then(ScriptedAnswer.fail(failure(FailureKind.INVALID_REQUEST)));
        b.then(ScriptedAnswer.fail(failure(FailureKind.INVALID_REQUEST)));
        ask(streamed);
    }

    void rejected(boolean streamed) {
        ask(streamed, ChatRequest.of("nobody has " + PROMPT, PROMPT));
    }

    void trimmed(boolean streamed) {
        a.then(answer());
        List<Message> talk = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            talk.add(Message.user(PROMPT.repeat(20)));
            talk.add(Message.assistant(ANSWER));
        }
        talk.add(Message.user(PROMPT));
        ask(streamed, REQUEST.withMessages(talk));
    }

    /** Five in a row open it; after its pause a trial closes it. */
    void circuit(boolean streamed) {
        for (int i = 0; i < 5; i++) {
            a.then(ScriptedAnswer.fail(failure(FailureKind.CONNECT)));
            b.then(answer());
        }
        for (int i = 0; i < 4; i++) {
            ask(streamed);
        }
        pass(Duration.ofSeconds(20));
        served(streamed);
        pass(Duration.ofMinutes(11));
    }

    public void hedged(boolean streamed) {
        a.then(ScriptedAnswer.hang());
        b.then(answer());
        ask(streamed);
    }

    public void cancelled(boolean streamed) {
        a.then(ScriptedAnswer.hang());
        Disposable call = subscribe(streamed, REQUEST);
        call.dispose();
        if (streamed) {
            a.then(answer().hangAfter(3));
            subscribe(true, REQUEST).dispose();
        }
    }

    void held(boolean streamed) {
        understudy.control().hold("a", null);
        understudy.control().hold("b", "b-1", Duration.ofSeconds(1));
        pass(Duration.ofSeconds(2));
        b.then(answer());
        ask(streamed);
        understudy.control().release("a");
        understudy.control().release("b");
    }

    public void cut() {
        a.then(answer().failAfter(2, failure(FailureKind.SERVER)));
        ask(true);
    }

    /** What other rooms tell. */
    void elsewhere() {
        Event.CallId call = new Event.CallId(1, "day", "m", true, Map.of());
        Failure why = failure(FailureKind.TRUNCATED);
        Event.Route a = new Event.Route("a", "a-1");
        Event.Route b = new Event.Route("b", "b-1");
        for (Event event : List.of(
                new Event.FailedOver(call, a, b, Duration.ZERO, why),
                new Event.FailedOver(call, b, a, Duration.ZERO, why),
                new Event.StreamTakenOver(
                        "day", null, a, b, new Event.Takeover("prefill", 12, Duration.ofMillis(3)), why),
                new Event.TakeoverFailed("day", call, a, "replay", 12, why),
                new Event.StreamLost("day", call, "a", "a-1", 12, why),
                new Event.HealthChanged("day", "a", ProviderStatus.Health.UNHEALTHY, "probe failed with " + PROMPT),
                new Event.HealthChanged("day", "a", ProviderStatus.Health.HEALTHY, null),
                new Event.ActiveProviderChanged("day", "a", "b", "after 5 consecutive failures"),
                new Event.HoldChanged("day", "a", true, Duration.ofMinutes(10), "by an operator"),
                new Event.HoldChanged("day", "a", false, null, "by an operator"),
                new Event.ModelRetiring("day", "a", "a-1", LocalDate.of(2026, 12, 11)),
                new Event.OperatorAction("day", "write", "hold", "a", "held for maintenance"))) {
            listener.on(event);
        }
    }

    public void ask(boolean streamed) {
        ask(streamed, REQUEST);
    }

    private void ask(boolean streamed, ChatRequest request) {
        subscribe(streamed, request);
        pass(Duration.ofSeconds(2));
    }

    Disposable subscribe(boolean streamed, ChatRequest request) {
        Flux<?> call =
                streamed ? understudy.stream(request) : understudy.chat(request).flux();
        return call.contextWrite(CallContext.tag("task", "errand")).subscribe(any -> {}, error -> {});
    }

    private void pass(Duration time) {
        clock.advanceTimeBy(time);
    }

    /** Tells of things inside it before it answers. */
    private static final class Talkative implements ChatProvider {

        private final ChatProvider inner;
        private final List<ProviderEvent> providerEvents = new ArrayList<>();

        Talkative(ChatProvider inner) {
            this.inner = inner;
        }

        private void tell(CallScope scope) {
            providerEvents.forEach(scope::report);
            providerEvents.clear();
        }

        @Override
        public String name() {
            return inner.name();
        }

        @Override
        public Capabilities capabilities(String model) {
            return inner.capabilities(model);
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.deferContextual(context -> {
                tell(CallScope.of(context));
                return inner.chat(request);
            });
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.deferContextual(context -> {
                tell(CallScope.of(context));
                return inner.stream(request);
            });
        }

        @Override
        public Mono<Void> warmup() {
            return inner.warmup();
        }
    }
}

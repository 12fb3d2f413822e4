package dev.understudy.event;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** Delivery of events to listeners of a client and of a call. */
class ListenerTest {

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");
    private final List<Event> own = new ArrayList<>();

    private CallResult ask(boolean streamed, Understudy understudy, UnaryOperator<Context> context) {
        return streamed
                ? scenario.stream(understudy.stream(REQUEST).contextWrite(context))
                : scenario.chat(understudy.chat(REQUEST).contextWrite(context));
    }

    private static List<Class<?>> kinds(List<Event> events) {
        return events.stream().<Class<?>>map(Event::getClass).toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void listenerOfCallReceivesEventsOfThatCall(boolean streamed) {
        a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        Understudy understudy = scenario.builder(a, b).build();
        CallResult result = ask(streamed, understudy, CallContext.listener(own::add));
        assertThat(result.by()).isEqualTo("b");
        assertThat(own).isEqualTo(scenario.events).isNotEmpty();
        assertThat(kinds(own)).contains(Event.FailedOver.class, Event.CallSucceeded.class);
        int before = own.size();
        ask(streamed, understudy, context -> context);
        assertThat(own).hasSize(before);
        assertThat(scenario.events.size()).isGreaterThan(before);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachSubscriptionPublishesItsEvents(boolean streamed) {
        Understudy understudy = scenario.builder(a).build();
        Flux<?> call =
                streamed ? understudy.stream(REQUEST) : understudy.chat(REQUEST).flux();
        call.contextWrite(CallContext.listener(own::add)).repeat(1).blockLast(Duration.ofSeconds(5));
        assertThat(own).filteredOn(Event.CallSucceeded.class::isInstance).hasSize(2);
        assertThat(own.stream().map(event -> event.call().number()).distinct()).containsExactly(1L, 2L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void innermostListenerIsFirstAndThrowingIsHarmless(boolean streamed) {
        List<String> order = new ArrayList<>();
        Understudy understudy = scenario.builder(a)
                .listener(event -> {
                    order.add("door");
                    throw new IllegalStateException("the understudy's");
                })
                .build();
        CallResult result = ask(streamed, understudy, context -> CallContext.listener(event -> {
                    order.add("near");
                    throw new IllegalStateException("the near one's");
                })
                .apply(CallContext.listener(event -> order.add("far")).apply(context)));
        assertThat(result.by()).isEqualTo("a");
        assertThat(order.subList(0, 3)).containsExactly("door", "near", "far");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nestedClientPublishesToItsOwnListener(boolean streamed) {
        List<Event> inside = new ArrayList<>();
        a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        Understudy inner =
                scenario.builder(a, b).name("inner").listener(inside::add).build();
        Understudy outer = scenario.builder(inner).name("outer").build();
        assertThat(ask(streamed, outer, CallContext.listener(own::add)).by()).isEqualTo("inner");
        assertThat(own.stream().map(event -> event.call().understudy()).distinct())
                .containsExactly("outer");
        assertThat(kinds(inside)).contains(Event.FailedOver.class);
        assertThat(kinds(own)).doesNotContain(Event.FailedOver.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rejectedCallIsPublished(boolean streamed) {
        Understudy understudy = scenario.builder(a).build();
        ask(streamed, understudy, context -> CallContext.listener(own::add)
                .apply(CallContext.avoid("a").apply(context)));
        assertThat(kinds(own)).contains(Event.CallFailed.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void contextOfListenerReachesItsAttemptOnly(boolean streamed) {
        List<String> found = new ArrayList<>();
        ChatProvider down = new Reading("down", found, ScriptedAnswer.fail(FailureKind.SERVER));
        ChatProvider up = new Reading("up", found, ScriptedAnswer.text("Here."));
        Listener naming = new Listener() {
            @Override
            public void on(Event event) {
                own.add(event);
            }

            @Override
            public Context attemptContext(Event.AttemptStarted attempt, Context context) {
                assertThat(own).contains(attempt);
                return context.put("seen", context.getOrDefault("seen", "") + "+" + attempt.provider());
            }
        };
        Understudy understudy = scenario.builder(down, up).build();
        CallResult result = ask(streamed, understudy, CallContext.listener(naming));
        assertThat(result.by()).isEqualTo("up");
        assertThat(found).containsExactly("+down", "+up");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void listenerThatThrowsLeavesTheContext(boolean streamed) {
        Listener broken = new Listener() {
            @Override
            public void on(Event event) {}

            @Override
            public Context attemptContext(Event.AttemptStarted attempt, Context context) {
                throw new IllegalStateException("no context today");
            }
        };
        Understudy understudy = scenario.builder(a).listener(broken).build();
        assertThat(ask(streamed, understudy, context -> context).by()).isEqualTo("a");
    }

    /** Answers with the value of its Context at "seen". */
    private record Reading(String name, List<String> found, ScriptedProvider scenario) implements ChatProvider {

        Reading(String name, List<String> found, ScriptedAnswer scriptedAnswer) {
            this(name, found, ScriptedProvider.named(name).then(scriptedAnswer));
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.deferContextual(context -> {
                found.add(context.getOrDefault("seen", "nothing"));
                return scenario.chat(request);
            });
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.deferContextual(context -> {
                found.add(context.getOrDefault("seen", "nothing"));
                return scenario.stream(request);
            });
        }
    }
}

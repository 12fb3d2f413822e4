package dev.understudy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.shared.SharedState;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** Exceptions of every kind in code of the caller end the call once with a typed error and release its resources. */
class ThrowingCallbackTest {

    /** Places at which code of the caller runs; true if the call succeeds nevertheless. */
    enum Position {
        LISTENER(true),
        LISTENER_OF_THE_CALL(true),
        LISTENER_CONTEXT(true),
        SHARED_STANDING(true),
        SELECTION(false),
        CAPABILITIES(false),
        TOKEN_COUNTER(false),
        PROVIDER_METHOD(false),
        PROVIDER_SUBSCRIBE(false),
        PROVIDER_REQUEST(false),
        PROVIDER_SIGNAL(false),
        PROVIDER_NULL_PUBLISHER(false),
        PROVIDER_NULL_ITEM(false),
        PROVIDER_NULL_TEXT(false),
        SUBSCRIBER(false);

        final boolean served;

        Position(boolean served) {
            this.served = served;
        }
    }

    private final VirtualScenario scenario = new VirtualScenario();
    private final AtomicBoolean broken = new AtomicBoolean(true);

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Position position : Position.values()) {
            for (Supplier<Throwable> thrown : List.<Supplier<Throwable>>of(
                    () -> new IllegalStateException("the caller's"),
                    () -> new AssertionError("the caller's"),
                    () -> new StackOverflowError("the caller's"),
                    () -> new NoClassDefFoundError("the caller's"))) {
                for (boolean streamed : new boolean[] {false, true}) {
                    cases.add(Arguments.of(position, thrown.get().getClass().getSimpleName(), streamed, thrown));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0} {1} streamed={2}")
    @MethodSource("cases")
    void callEndsOnceWithTypedErrorAndReleasesAll(
            Position position, String name, boolean streamed, Supplier<Throwable> thrown) {
        Understudy understudy = understudy(position, thrown);
        CallResult result = ask(understudy, position, streamed, thrown);
        scenario.advance(Duration.ofMinutes(10));
        boolean taken = position == Position.SUBSCRIBER && !streamed; // the response was served before it threw
        if (taken) {
            assertThat(scenario.events(Event.CallSucceeded.class)).hasSize(1);
        } else if (position.served) {
            assertThat(result.served()).as("%s", result.error).isTrue();
        } else {
            assertThat(result.error).isInstanceOf(ChatException.class);
        }
        assertThat(scenario.events.stream().filter(ThrowingCallbackTest::isEnd)).hasSize(1);
        if (!position.served && !taken) {
            assertThat(scenario.events(Event.CallFailed.class)).hasSize(1);
        }
        assertThat(VirtualScenario.standing(understudy, "a").inFlight()).isZero();
        broken.set(false);
        CallResult next = streamed ? scenario.stream(understudy) : scenario.chat(understudy);
        assertThat(next.served())
                .as("the only place is free again: %s", next.error)
                .isTrue();
    }

    private Understudy understudy(Position position, Supplier<Throwable> thrown) {
        Listener hearing = scenario.events::add;
        Listener throwing = new Listener() {
            @Override
            public void on(Event event) {
                if (position == Position.LISTENER) {
                    fail(thrown);
                }
            }

            @Override
            public Context attemptContext(Event.AttemptStarted attempt, Context context) {
                if (position == Position.LISTENER_CONTEXT) {
                    fail(thrown);
                }
                return context;
            }
        };
        UnderstudyBuilder builder = Understudy.builder()
                .provider(
                        new Broken(position, thrown),
                        ProviderOptions.defaults()
                                .withLimits(ProviderOptions.RateLimits.none().withConcurrent(1)))
                .retry(VirtualScenario.ONCE)
                .circuit(CircuitPolicy.none())
                .scheduler(scenario.clock)
                .random(new FixedRandom(0.5))
                .listener(throwing.and(hearing));
        if (position == Position.SELECTION) {
            builder.selection((candidates, request, random) -> {
                fail(thrown);
                return candidates;
            });
            // A selection is used only for two or more routes.
            builder.provider(ScriptedProvider.named("b").always(ScriptedAnswer.text("well")));
        }
        if (position == Position.SHARED_STANDING) {
            builder.sharedState(new SharedState() {
                @Override
                public void publish(SharedState.Message told) {
                    fail(thrown);
                }

                @Override
                public Flux<SharedState.Message> updates() {
                    return Flux.never();
                }
            });
            builder.failover(FailoverPolicy.defaults());
        }
        if (position == Position.TOKEN_COUNTER) {
            builder.contextWindow(ContextWindow.keep(10).withCounter(message -> {
                fail(thrown);
                return 1;
            }));
        }
        return builder.build();
    }

    private CallResult ask(Understudy understudy, Position position, boolean streamed, Supplier<Throwable> thrown) {
        if (position == Position.LISTENER_OF_THE_CALL) {
            Listener own = event -> fail(thrown);
            return streamed
                    ? scenario.stream(understudy.stream(REQUEST).contextWrite(CallContext.listener(own)))
                    : scenario.chat(understudy.chat(REQUEST).contextWrite(CallContext.listener(own)));
        }
        if (position == Position.SUBSCRIBER) {
            CallResult result = new CallResult();
            Flux<?> answer = streamed
                    ? understudy.stream(REQUEST)
                    : understudy.chat(REQUEST).flux();
            answer.subscribe(new RawSubscriber(result, () -> fail(thrown)));
            return result;
        }
        return streamed ? scenario.stream(understudy) : scenario.chat(understudy);
    }

    private void fail(Supplier<Throwable> thrown) {
        if (broken.get()) {
            throw ThrowingCallbackTest.<RuntimeException>sneaky(thrown.get());
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }

    private static boolean isEnd(Event event) {
        return event instanceof Event.CallSucceeded
                || event instanceof Event.CallFailed
                || event instanceof Event.CallCancelled;
    }

    /** Throws at the given place, and answers otherwise. */
    private final class Broken implements ChatProvider {

        private final Position position;
        private final Supplier<Throwable> thrown;
        private final ScriptedProvider well = ScriptedProvider.named("a").always(ScriptedAnswer.text("well and good"));

        Broken(Position position, Supplier<Throwable> thrown) {
            this.position = position;
            this.thrown = thrown;
        }

        @Override
        public String name() {
            return "a";
        }

        @Override
        public Capabilities capabilities(String model) {
            if (position == Position.CAPABILITIES) {
                fail(thrown);
            }
            return Capabilities.assumed();
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return broken.get() ? Mono.fromDirect(answer(well.chat(request).flux(), null)) : well.chat(request);
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return broken.get()
                    ? Flux.from(answer(well.stream(request), new StreamChunk.Text("first")))
                    : well.stream(request);
        }

        @SuppressWarnings("NullAway") // null values are the test case
        private <T> Publisher<T> answer(Flux<T> good, T first) {
            switch (position) {
                case PROVIDER_METHOD -> fail(thrown);
                case PROVIDER_NULL_PUBLISHER -> {
                    return null;
                }
                case PROVIDER_SUBSCRIBE -> {
                    return actual -> fail(thrown);
                }
                case PROVIDER_REQUEST -> {
                    return new RawPublisher<>(() -> fail(thrown));
                }
                case PROVIDER_NULL_ITEM -> {
                    return new RawPublisher<>(null);
                }
                case PROVIDER_SIGNAL -> {
                    return Flux.error(thrown.get());
                }
                case PROVIDER_NULL_TEXT -> {
                    return Flux.defer(() -> {
                        new StreamChunk.Text(null);
                        return good;
                    });
                }
                default -> {}
            }
            return good;
        }
    }
}

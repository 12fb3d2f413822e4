package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.CallContext;
import dev.understudy.FixedRandom;
import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

/** Call timeouts and deadlines end calls in every state. */
class TimeLimitsTest {

    private static final UnaryOperator<Context> NO_WISHES = context -> context;

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private final ScriptedProvider silent = ScriptedProvider.named("p1").then(ScriptedAnswer.hang());
    private final ScriptedProvider down = ScriptedProvider.named("p1").then(ScriptedAnswer.fail(FailureKind.SERVER));
    private final ScriptedProvider second = ScriptedProvider.named("p2").then(ScriptedAnswer.hang());

    private static UnderstudyBuilder over(ScriptedProvider... providers) {
        UnderstudyBuilder builder = Understudy.builder().random(new FixedRandom(1));
        for (ScriptedProvider provider : providers) {
            builder.provider(provider);
        }
        return builder;
    }

    private static void endsAfter(
            Duration time, CallKind kind, UnderstudyBuilder builder, UnaryOperator<Context> wishes, String why) {
        StepVerifier.withVirtualTime(() -> kind.ask(builder.build(), REQUEST).contextWrite(wishes::apply))
                .expectSubscription()
                .expectNoEvent(time.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .assertNext(result -> assertThat(result.exhausted().reason()).isEqualTo(why))
                .verifyComplete();
    }

    @ChatAndStream
    void callTimeoutOfClientEndsCall(CallKind kind) {
        Duration limit = Duration.ofSeconds(2);
        endsAfter(limit, kind, over(silent, second).callTimeout(limit), NO_WISHES, "The time of the call is over");
        assertThat(silent.cancelled()).isEqualTo(1);
        assertThat(second.cancelled()).isEqualTo(1);
    }

    @ChatAndStream
    void callTimeoutOfCallerOverridesClient(CallKind kind) {
        endsAfter(
                Duration.ofSeconds(3),
                kind,
                over(silent).callTimeout(Duration.ofSeconds(1)),
                CallContext.timeout(Duration.ofSeconds(3)),
                "The time of the call is over");
    }

    @ChatAndStream
    void callTimeoutSpansRetriesAndFailovers(CallKind kind) {
        // Back-off of 500 ms and 1 s at the first provider; the second is silent for the remaining time.
        endsAfter(
                Duration.ofSeconds(4),
                kind,
                over(down, second),
                CallContext.timeout(Duration.ofSeconds(4)),
                "The time of the call is over");
        assertThat(down.subscriptions()).isEqualTo(3);
        assertThat(second.subscriptions()).isEqualTo(1);
        assertThat(second.cancelled()).isEqualTo(1);
    }

    @ChatAndStream
    void backoffBeyondDeadlineIsNotStarted(CallKind kind) {
        // The second back-off of 1 s exceeds the remaining 700 ms.
        endsAfter(
                Duration.ofMillis(500),
                kind,
                over(down),
                CallContext.deadline(Duration.ofMillis(1_200)),
                "All providers/models failed; p1 could be asked again in 1000 ms, after the time of the call is over");
        assertThat(down.subscriptions()).isEqualTo(2);
    }

    @ChatAndStream
    void retryAfterBeyondDeadlineIsNotStarted(CallKind kind) {
        ScriptedProvider limited = ScriptedProvider.named("p1")
                .then(ScriptedAnswer.fail(
                        Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofSeconds(4))));
        StepVerifier.withVirtualTime(() -> kind.ask(over(limited).build(), REQUEST)
                        .contextWrite(CallContext.deadline(Duration.ofSeconds(2))))
                .assertNext(result -> assertThat(result.exhausted().reason())
                        .matches("All providers/models failed; p1 could be asked again in 4\\d{3} ms,"
                                + " after the time of the call is over"))
                .verifyComplete();
        assertThat(limited.subscriptions()).isEqualTo(1);
    }

    @ChatAndStream
    void deadlineSpansCallsOfAPipeline(CallKind kind) {
        ScriptedProvider slow =
                ScriptedProvider.named("p1").then(ScriptedAnswer.text("Yes.").beforeFirst(Duration.ofSeconds(2)));
        Understudy understudy = over(slow).build();
        StepVerifier.withVirtualTime(() -> Flux.range(0, 3)
                        .concatMap(i -> kind.ask(understudy, REQUEST))
                        .contextWrite(CallContext.deadline(Duration.ofSeconds(5))))
                .thenAwait(Duration.ofSeconds(4))
                .assertNext(result -> assertThat(result.text()).isEqualTo("Yes."))
                .assertNext(result -> assertThat(result.text()).isEqualTo("Yes."))
                .expectNoEvent(Duration.ofMillis(999))
                .thenAwait(Duration.ofMillis(1))
                .assertNext(
                        result -> assertThat(result.failures().get(0).phase()).isEqualTo(Failure.Phase.DEADLINE))
                .verifyComplete();
    }

    @ChatAndStream
    void callTimeoutAppliesToEachCall(CallKind kind) {
        ScriptedProvider slow =
                ScriptedProvider.named("p1").then(ScriptedAnswer.text("Yes.").beforeFirst(Duration.ofSeconds(2)));
        Understudy understudy = over(slow).build();
        StepVerifier.withVirtualTime(() -> Flux.range(0, 3)
                        .concatMap(i -> kind.ask(understudy, REQUEST))
                        .contextWrite(CallContext.timeout(Duration.ofSeconds(3))))
                .thenAwait(Duration.ofSeconds(6))
                .expectNextCount(3)
                .verifyComplete();
        assertThat(slow.cancelled()).isZero();
    }

    @EveryDialectAndKind
    void expiredCallCancelsTheExchange(SocketDialect dialect, CallKind kind) {
        ScriptedServer server =
                scenario.server().then(ScriptedReply.text("Never.").stall(ScriptedReply.FaultPoint.nothing()));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        CallResult result = kind.ask(understudy, REQUEST)
                .contextWrite(CallContext.timeout(Duration.ofMillis(500)))
                .block(CallKind.TIMEOUT);
        assertThat(result.exhausted().reason()).isEqualTo("The time of the call is over");
        assertThat(result.failures()).extracting(Failure::phase).containsExactly(Failure.Phase.DEADLINE);
        assertThat(server.endings().next().block(CallKind.TIMEOUT).ending())
                .isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        scenario.assertNoTimerIsLeft();
    }

    @EveryDialectAndKind
    void deadlineDuringStreamKeepsDeliveredContent(SocketDialect dialect, CallKind kind) {
        ScriptedServer server =
                scenario.server().then(ScriptedReply.text("one two three").stall(ScriptedReply.FaultPoint.tokens(2)));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        CallResult result = kind.ask(understudy, REQUEST)
                .contextWrite(CallContext.deadline(Duration.ofMillis(700)))
                .block(CallKind.TIMEOUT);
        if (kind == CallKind.STREAM) {
            assertThat(result.text()).isEqualTo("one two");
            assertThat(result.cut().failure().phase()).isEqualTo(Failure.Phase.DEADLINE);
        } else {
            assertThat(result.failures()).extracting(Failure::phase).containsExactly(Failure.Phase.DEADLINE);
        }
        assertThat(server.endings().next().block(CallKind.TIMEOUT).ending())
                .isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
    }
}

package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.CallContext;
import dev.understudy.FixedDice;
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

/** A call is over when its time is over, whatever it is doing then. */
class TimeLimitsTest {

    private static final UnaryOperator<Context> NO_WISHES = context -> context;

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    private final ScriptedProvider silent = ScriptedProvider.named("p1").then(ScriptedAnswer.hang());
    private final ScriptedProvider down = ScriptedProvider.named("p1").then(ScriptedAnswer.fail(FailureKind.SERVER));
    private final ScriptedProvider second = ScriptedProvider.named("p2").then(ScriptedAnswer.hang());

    private static UnderstudyBuilder over(ScriptedProvider... providers) {
        UnderstudyBuilder builder = Understudy.builder().random(new FixedDice(1));
        for (ScriptedProvider provider : providers) {
            builder.provider(provider);
        }
        return builder;
    }

    private static void endsAfter(
            Duration time, Door door, UnderstudyBuilder builder, UnaryOperator<Context> wishes, String why) {
        StepVerifier.withVirtualTime(() -> door.ask(builder.build(), REQUEST).contextWrite(wishes::apply))
                .expectSubscription()
                .expectNoEvent(time.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .assertNext(heard -> assertThat(heard.exhausted().why()).isEqualTo(why))
                .verifyComplete();
    }

    @ThroughBothDoors
    void theTimeoutOfTheDoorEndsACallThatIsInProgress(Door door) {
        Duration limit = Duration.ofSeconds(2);
        endsAfter(limit, door, over(silent, second).callTimeout(limit), NO_WISHES, "The time of the call is over");
        assertThat(silent.cancelled()).isEqualTo(1);
        assertThat(second.subscriptions()).isZero();
    }

    @ThroughBothDoors
    void theTimeoutOfTheCallerWinsOverThatOfTheDoor(Door door) {
        endsAfter(
                Duration.ofSeconds(3),
                door,
                over(silent).callTimeout(Duration.ofSeconds(1)),
                CallContext.timeout(Duration.ofSeconds(3)),
                "The time of the call is over");
    }

    @ThroughBothDoors
    void theTimeSpansRetriesAndFailovers(Door door) {
        // 500 ms and 1 s of back-off at the first, then the second is silent for what is left.
        endsAfter(
                Duration.ofSeconds(4),
                door,
                over(down, second),
                CallContext.timeout(Duration.ofSeconds(4)),
                "The time of the call is over");
        assertThat(down.subscriptions()).isEqualTo(3);
        assertThat(second.subscriptions()).isEqualTo(1);
        assertThat(second.cancelled()).isEqualTo(1);
    }

    @ThroughBothDoors
    void aBackOffThatWouldEndAfterTheDeadlineIsNotBegun(Door door) {
        // The second back-off of 1 s does not fit into the 700 ms that are left.
        endsAfter(
                Duration.ofMillis(500),
                door,
                over(down),
                CallContext.deadline(Duration.ofMillis(1_200)),
                "All providers/models failed; p1 could be asked again in 1000 ms, after the time of the call is over");
        assertThat(down.subscriptions()).isEqualTo(2);
    }

    @ThroughBothDoors
    void aNamedWaitThatWouldEndAfterTheDeadlineIsNotBegun(Door door) {
        ScriptedProvider limited = ScriptedProvider.named("p1")
                .then(ScriptedAnswer.fail(
                        Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofSeconds(20))));
        StepVerifier.withVirtualTime(() -> door.ask(over(limited).build(), REQUEST)
                        .contextWrite(CallContext.deadline(Duration.ofSeconds(10))))
                .assertNext(heard -> assertThat(heard.exhausted().why())
                        .isEqualTo("All providers/models failed; p1 could be asked again in 20000 ms,"
                                + " after the time of the call is over"))
                .verifyComplete();
        assertThat(limited.subscriptions()).isEqualTo(1);
    }

    @ThroughBothDoors
    void oneDeadlineSpansAllCallsOfAPipeline(Door door) {
        ScriptedProvider slow =
                ScriptedProvider.named("p1").then(ScriptedAnswer.text("Yes.").beforeFirst(Duration.ofSeconds(2)));
        Understudy understudy = over(slow).build();
        StepVerifier.withVirtualTime(() -> Flux.range(0, 3)
                        .concatMap(i -> door.ask(understudy, REQUEST))
                        .contextWrite(CallContext.deadline(Duration.ofSeconds(5))))
                .thenAwait(Duration.ofSeconds(4))
                .assertNext(heard -> assertThat(heard.text()).isEqualTo("Yes."))
                .assertNext(heard -> assertThat(heard.text()).isEqualTo("Yes."))
                .expectNoEvent(Duration.ofMillis(999))
                .thenAwait(Duration.ofMillis(1))
                .assertNext(heard -> assertThat(heard.failures().get(0).phase()).isEqualTo(Failure.Phase.DEADLINE))
                .verifyComplete();
    }

    @ThroughBothDoors
    void aTimeoutCountsAnewForEachCall(Door door) {
        ScriptedProvider slow =
                ScriptedProvider.named("p1").then(ScriptedAnswer.text("Yes.").beforeFirst(Duration.ofSeconds(2)));
        Understudy understudy = over(slow).build();
        StepVerifier.withVirtualTime(() -> Flux.range(0, 3)
                        .concatMap(i -> door.ask(understudy, REQUEST))
                        .contextWrite(CallContext.timeout(Duration.ofSeconds(3))))
                .thenAwait(Duration.ofSeconds(6))
                .expectNextCount(3)
                .verifyComplete();
        assertThat(slow.cancelled()).isZero();
    }

    @OnEveryWire
    void aCallWhoseTimeIsOverLeavesTheServer(Wire wire, Door door) {
        ScriptedServer server =
                stage.server().then(ScriptedReply.text("Never.").stall(ScriptedReply.FaultPoint.nothing()));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        Heard heard = door.ask(understudy, REQUEST)
                .contextWrite(CallContext.timeout(Duration.ofMillis(500)))
                .block(Door.SOON);
        assertThat(heard.exhausted().why()).isEqualTo("The time of the call is over");
        assertThat(heard.failures()).extracting(Failure::phase).containsExactly(Failure.Phase.DEADLINE);
        assertThat(server.endings().next().block(Door.SOON).ending())
                .isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        stage.assertNoTimerIsLeft();
    }

    @OnEveryWire
    void aDeadlineInTheMiddleOfAStreamKeepsWhatWasDelivered(Wire wire, Door door) {
        ScriptedServer server =
                stage.server().then(ScriptedReply.text("one two three").stall(ScriptedReply.FaultPoint.tokens(2)));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        Heard heard = door.ask(understudy, REQUEST)
                .contextWrite(CallContext.deadline(Duration.ofMillis(700)))
                .block(Door.SOON);
        if (door == Door.STREAM) {
            assertThat(heard.text()).isEqualTo("one two");
            assertThat(heard.cut().failure().phase()).isEqualTo(Failure.Phase.DEADLINE);
        } else {
            assertThat(heard.failures()).extracting(Failure::phase).containsExactly(Failure.Phase.DEADLINE);
        }
        assertThat(server.endings().next().block(Door.SOON).ending())
                .isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
    }
}

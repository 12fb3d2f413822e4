package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.FixedDice;
import dev.understudy.Understudy;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Who leaves is gone at once, also for the server. */
class CancelTest {

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    private final ScriptedServer server = stage.server();

    private void assertLeft() {
        assertThat(server.endings().next().block(Door.SOON).ending())
                .isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        assertThat(server.connections().filter(open -> open == 0).next().block(Door.SOON))
                .isZero();
        assertThat(stage.events(Event.CallCancelled.class)).hasSize(1);
        assertThat(stage.events(Event.AttemptFailed.class)).isEmpty();
        stage.assertNoTimerIsLeft();
    }

    @OnEveryWire
    void leavingWhileTheServerIsSilentReachesTheServer(Wire wire, Door door) {
        server.then(ScriptedReply.text("Never.").stall(ScriptedReply.FaultPoint.nothing()));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        Disposable call = door.ask(understudy, REQUEST).subscribe();
        server.arrivals().next().block(Door.SOON);
        call.dispose();
        assertLeft();
    }

    @OnEveryWire
    void leavingBetweenHeadersAndContentReachesTheServer(Wire wire, Door door) {
        server.then(ScriptedReply.text("Never.").stall(ScriptedReply.FaultPoint.tokens(0)));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        Disposable call = door.ask(understudy, REQUEST).subscribe();
        server.arrivals().next().block(Door.SOON);
        call.dispose();
        assertLeft();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void leavingAfterTheFirstContentReachesTheServer(Wire wire) {
        server.then(ScriptedReply.text("one two three").stall(ScriptedReply.FaultPoint.tokens(2)));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        StepVerifier.create(understudy.stream(REQUEST))
                .expectNextCount(2)
                .thenCancel()
                .verify(Door.SOON);
        assertLeft();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void takingOnlyTheFirstContentReachesTheServer(Wire wire) {
        server.then(ScriptedReply.text("one two three ".repeat(1_000)).between(Duration.ofMillis(2)));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        assertThat(understudy.stream(REQUEST).take(1).blockLast(Door.SOON).text())
                .isEqualTo("one");
        assertLeft();
    }

    @OnEveryWire
    void leavingDuringABackOffEndsTheWaitAndNobodyIsAskedAgain(Wire wire, Door door) {
        server.then(ScriptedReply.status(503));
        Understudy understudy = stage.builder(stage.provider(wire, "p1", server, "k1"))
                .retry(RetryPolicy.defaults().withBackoff(Duration.ofSeconds(30), Duration.ofSeconds(30)))
                .random(new FixedDice(1))
                .build();
        Disposable call = door.ask(understudy, REQUEST).subscribe();
        Event.Retrying retrying = stage.told(Event.Retrying.class).next().block(Door.SOON);
        assertThat(retrying.after()).isEqualTo(Duration.ofSeconds(30));
        call.dispose();
        stage.assertNoTimerIsLeft();
        assertThat(server.calls()).hasSize(1);
        assertThat(stage.events(Event.CallCancelled.class)).hasSize(1);
    }

    @ThroughBothDoors
    void afterLeavingDuringABackOffNothingEverHappens(Door door) {
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        ScriptedProvider down = ScriptedProvider.named("p1").then(ScriptedAnswer.fail(FailureKind.SERVER));
        Understudy understudy = Understudy.builder()
                .provider(down)
                .scheduler(time)
                .random(new FixedDice(1))
                .build();
        Disposable call = door.ask(understudy, REQUEST).subscribe();
        time.advanceTimeBy(Duration.ofMillis(499));
        assertThat(down.subscriptions()).isEqualTo(1);
        call.dispose();
        time.advanceTimeBy(Duration.ofHours(1));
        assertThat(down.subscriptions()).isEqualTo(1);
    }

    @OnEveryWire
    void leavingTheSecondProviderReachesTheSecondServer(Wire wire, Door door) {
        ScriptedServer second =
                stage.server().then(ScriptedReply.text("Never.").stall(ScriptedReply.FaultPoint.headers()));
        server.then(ScriptedReply.status(401));
        Understudy understudy =
                stage.understudy(stage.provider(wire, "p1", server, "k1"), stage.provider(wire, "p2", second, "k2"));
        Disposable call = door.ask(understudy, REQUEST).subscribe();
        second.arrivals().next().block(Door.SOON);
        call.dispose();
        assertThat(second.endings().next().block(Door.SOON).ending())
                .isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        assertThat(server.endings().next().block(Door.SOON).ending()).isEqualTo(RecordedRequest.Ending.COMPLETED);
        stage.assertNoTimerIsLeft();
    }

    @OnEveryWire
    void anotherPublisherThatIsFasterCancelsTheCall(Wire wire, Door door) {
        server.then(ScriptedReply.text("Never.").stall(ScriptedReply.FaultPoint.nothing()));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        Sinks.Empty<Void> enough = Sinks.empty();
        StepVerifier.create(door.ask(understudy, REQUEST).takeUntilOther(enough.asMono()))
                .then(() -> server.arrivals().next().block(Door.SOON))
                .then(enough::tryEmitEmpty)
                .expectComplete()
                .verify(Door.SOON);
        assertLeft();
    }
}

package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.FixedRandom;
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

/** Cancellation ends the exchange or the wait at once. */
class CancellationTest {

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private final ScriptedServer server = scenario.server();

    private void assertLeft() {
        assertThat(server.endings().next().block(CallKind.TIMEOUT).ending())
                .isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        if (!SocketScenario.HTTP2) { // which resets the stream only
            assertThat(server.connections().filter(open -> open == 0).next().block(CallKind.TIMEOUT))
                    .isZero();
        }
        assertThat(scenario.events(Event.CallCancelled.class)).hasSize(1);
        assertThat(scenario.events(Event.AttemptFailed.class)).isEmpty();
        scenario.assertNoTimerIsLeft();
    }

    @EveryDialectAndKind
    void cancelWhileServerIsSilentReachesServer(SocketDialect dialect, CallKind kind) {
        server.then(ScriptedReply.text("Never.").stall(ScriptedReply.FaultPoint.nothing()));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        Disposable call = kind.ask(understudy, REQUEST).subscribe();
        server.arrivals().next().block(CallKind.TIMEOUT);
        call.dispose();
        assertLeft();
    }

    @EveryDialectAndKind
    void cancelBetweenHeadersAndContentReachesServer(SocketDialect dialect, CallKind kind) {
        server.then(ScriptedReply.text("Never.").stall(ScriptedReply.FaultPoint.tokens(0)));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        Disposable call = kind.ask(understudy, REQUEST).subscribe();
        server.arrivals().next().block(CallKind.TIMEOUT);
        call.dispose();
        assertLeft();
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void cancelAfterFirstContentReachesServer(SocketDialect dialect) {
        server.then(ScriptedReply.text("one two three").stall(ScriptedReply.FaultPoint.tokens(2)));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        StepVerifier.create(understudy.stream(REQUEST))
                .expectNextCount(2)
                .thenCancel()
                .verify(CallKind.TIMEOUT);
        assertLeft();
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void takeOneReachesServer(SocketDialect dialect) {
        server.then(ScriptedReply.text("one two three ".repeat(1_000)).between(Duration.ofMillis(2)));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        assertThat(understudy.stream(REQUEST)
                        .take(1)
                        .blockLast(CallKind.TIMEOUT)
                        .text())
                .isEqualTo("one");
        assertLeft();
    }

    @EveryDialectAndKind
    void cancelDuringBackoffStopsRetries(SocketDialect dialect, CallKind kind) {
        server.then(ScriptedReply.status(503));
        Understudy understudy = scenario.builder(scenario.provider(dialect, "p1", server, "k1"))
                .retry(RetryPolicy.defaults().withBackoff(Duration.ofSeconds(30), Duration.ofSeconds(30)))
                .random(new FixedRandom(1))
                .build();
        Disposable call = kind.ask(understudy, REQUEST).subscribe();
        Event.Retrying retrying = scenario.told(Event.Retrying.class).next().block(CallKind.TIMEOUT);
        assertThat(retrying.after()).isEqualTo(Duration.ofSeconds(30));
        call.dispose();
        scenario.assertNoTimerIsLeft();
        assertThat(server.calls()).hasSize(1);
        assertThat(scenario.events(Event.CallCancelled.class)).hasSize(1);
    }

    @ChatAndStream
    void noEventsAfterCancelDuringBackoff(CallKind kind) {
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        ScriptedProvider down = ScriptedProvider.named("p1").then(ScriptedAnswer.fail(FailureKind.SERVER));
        Understudy understudy = Understudy.builder()
                .provider(down)
                .scheduler(time)
                .random(new FixedRandom(1))
                .build();
        Disposable call = kind.ask(understudy, REQUEST).subscribe();
        time.advanceTimeBy(Duration.ofMillis(499));
        assertThat(down.subscriptions()).isEqualTo(1);
        call.dispose();
        time.advanceTimeBy(Duration.ofHours(1));
        assertThat(down.subscriptions()).isEqualTo(1);
    }

    @EveryDialectAndKind
    void cancelOfSecondProviderReachesItsServer(SocketDialect dialect, CallKind kind) {
        ScriptedServer second =
                scenario.server().then(ScriptedReply.text("Never.").stall(ScriptedReply.FaultPoint.headers()));
        server.then(ScriptedReply.status(401));
        Understudy understudy = scenario.understudy(
                scenario.provider(dialect, "p1", server, "k1"), scenario.provider(dialect, "p2", second, "k2"));
        Disposable call = kind.ask(understudy, REQUEST).subscribe();
        second.arrivals().next().block(CallKind.TIMEOUT);
        call.dispose();
        assertThat(second.endings().next().block(CallKind.TIMEOUT).ending())
                .isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        assertThat(server.endings().next().block(CallKind.TIMEOUT).ending())
                .isEqualTo(RecordedRequest.Ending.COMPLETED);
        scenario.assertNoTimerIsLeft();
    }

    @EveryDialectAndKind
    void fasterPublisherOfFirstWithSignalCancelsCall(SocketDialect dialect, CallKind kind) {
        server.then(ScriptedReply.text("Never.").stall(ScriptedReply.FaultPoint.nothing()));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        Sinks.Empty<Void> enough = Sinks.empty();
        StepVerifier.create(kind.ask(understudy, REQUEST).takeUntilOther(enough.asMono()))
                .then(() -> server.arrivals().next().block(CallKind.TIMEOUT))
                .then(enough::tryEmitEmpty)
                .expectComplete()
                .verify(CallKind.TIMEOUT);
        assertLeft();
    }
}

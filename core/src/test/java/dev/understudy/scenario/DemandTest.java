package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.test.StepVerifier;

/** Demand and backpressure of streams. */
class DemandTest {

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    @Test
    void demandIsPassedThrough() {
        ScriptedProvider provider =
                ScriptedProvider.named("p1").then(ScriptedAnswer.text("one two three four five six"));
        StepVerifier.create(scenario.understudy(provider).stream(REQUEST), 3)
                .expectNextCount(3)
                .then(() -> assertThat(provider.calls().get(0).requested()).isEqualTo(3))
                .then(() -> assertThat(provider.calls().get(0).emitted()).isEqualTo(3))
                .thenRequest(2)
                .expectNextCount(2)
                .then(() -> assertThat(provider.calls().get(0).requested()).isEqualTo(5))
                .thenRequest(10)
                .expectNextCount(2)
                .verifyComplete();
        assertThat(provider.peakDemand()).isLessThanOrEqualTo(10);
    }

    @Test
    void failoverKeepsRemainingDemand() {
        ScriptedProvider down = ScriptedProvider.named("p1").then(ScriptedAnswer.fail(FailureKind.AUTH));
        ScriptedProvider second = ScriptedProvider.named("p2").then(ScriptedAnswer.text("one two three four five six"));
        StepVerifier.create(scenario.understudy(down, second).stream(REQUEST), 3)
                .expectNextCount(3)
                .then(() -> assertThat(second.calls().get(0).requested()).isEqualTo(3))
                .thenCancel()
                .verify(CallKind.TIMEOUT);
        assertThat(down.peakDemand()).isEqualTo(3);
        assertThat(second.peakDemand()).isEqualTo(3);
    }

    @Test
    void withoutDemandNothingIsEmitted() {
        ScriptedProvider provider = ScriptedProvider.named("p1").then(ScriptedAnswer.text("one two"));
        StepVerifier.create(scenario.understudy(provider).stream(REQUEST), 0)
                .expectSubscription()
                .then(() -> assertThat(provider.calls().get(0).emitted()).isZero())
                .thenRequest(1)
                .expectNext(new StreamChunk.Text("one"))
                .thenCancel()
                .verify(CallKind.TIMEOUT);
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void slowReaderAppliesBackpressureToServer(SocketDialect dialect) {
        // 16 MiB exceed the buffers between server and reader, so the server stops while there is no demand.
        String[] tokens = new String[256];
        Arrays.fill(tokens, "x".repeat(64 << 10));
        ScriptedServer server = scenario.server().then(ScriptedReply.tokens(tokens));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        StepVerifier.create(understudy.stream(REQUEST), 3)
                .expectNextCount(3)
                .expectNoEvent(Duration.ofMillis(300))
                .then(() -> assertThat(server.calls().get(0).ending()).isEqualTo(RecordedRequest.Ending.OPEN))
                .thenRequest(3)
                .expectNextCount(3)
                .then(() -> assertThat(server.calls().get(0).ending()).isEqualTo(RecordedRequest.Ending.OPEN))
                .thenCancel()
                .verify(CallKind.TIMEOUT);
        assertThat(server.endings().next().block(CallKind.TIMEOUT).ending())
                .isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
    }
}

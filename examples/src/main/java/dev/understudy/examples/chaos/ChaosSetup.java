package dev.understudy.examples.chaos;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Feature;
import dev.understudy.event.Listener;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;

/** A primary with injected faults, a healthy backup, and an understudy in front of both. */
final class ChaosSetup implements AutoCloseable {

    /** Limits of the primary, which is silent at times; its model counts as a reasoning model, to have limits of its own. */
    private static final Duration SILENCE = Duration.ofSeconds(2);
    /** Limits of the backup, which is healthy, also while all cores are busy. */
    private static final Duration ATTEMPT_LIMIT = Duration.ofSeconds(30);

    private volatile FaultScenario faultScenario = FaultScenario.CALM;
    private final ScriptedServer primary = ScriptedServer.start();
    private final ScriptedServer backup = ScriptedServer.start();
    private final ScriptedServer nobody = ScriptedServer.refusing();
    private final ChatProvider up = openAi(primary);
    private final ChatProvider down = openAi(nobody);
    private final RecordingProvider first =
            new RecordingProvider("primary", () -> faultScenario == FaultScenario.REFUSED ? down : up);
    private final ChatProvider living = Providers.anthropic(Endpoint.of("backup", backup.url(), "backup-key"));
    private final RecordingProvider second = new RecordingProvider("backup", () -> living);
    private final Understudy understudy;

    /** @param failover {@code true} to add the backup */
    ChaosSetup(boolean failover, Listener listener) {
        primary.rule(asked -> faultScenario.on(ChaosCall.in(asked.text()).reply()));
        backup.rule(asked -> ChaosCall.in(asked.text()).reply());
        UnderstudyBuilder builder = Understudy.builder()
                .name("chaos")
                .provider(first, "gpt-demo")
                .retry(RetryPolicy.defaults().withBackoff(Duration.ofMillis(50), Duration.ofMillis(200)))
                .timeouts(limits(ATTEMPT_LIMIT))
                .reasoningTimeouts(limits(SILENCE))
                .circuit(CircuitPolicy.defaults().withPause(Duration.ofMillis(200), Duration.ofMillis(400)))
                .failover(FailoverPolicy.defaults().withReturnAfter(Duration.ofMillis(300)))
                .callTimeout(Duration.ofSeconds(60))
                .listener(listener);
        this.understudy = failover ? builder.provider(second, "claude-demo").build() : builder.build();
    }

    private static TimeoutPolicy limits(Duration limit) {
        return TimeoutPolicy.defaults().withFirstContent(limit).withIdle(limit).withResponse(limit);
    }

    private static ChatProvider openAi(ScriptedServer server) {
        return Providers.openAiCompatible(
                Endpoint.of("primary", server.url(), "primary-key")
                        .withModel("gpt-demo", Capabilities.assumed().withFeature(Feature.REASONING)),
                OpenAiCompatibility.defaults());
    }

    Understudy understudy() {
        return understudy;
    }

    void turn(FaultScenario next) {
        faultScenario = next;
    }

    List<RecordingProvider> recorders() {
        return List.of(first, second);
    }

    /** Counts requests that reached a server without their prompt. */
    long damaged() {
        return List.of(primary, backup).stream()
                .flatMap(server -> server.calls().stream())
                .filter(ChaosSetup::isSpoiled)
                .count();
    }

    private static boolean isSpoiled(RecordedRequest asked) {
        String quoted = ChaosCall.in(asked.text()).payload().replace("\"", "\\\"");
        return !asked.text().contains(quoted);
    }

    @Override
    public void close() {
        understudy.close();
        up.close();
        down.close();
        living.close();
        primary.close();
        backup.close();
        nobody.close();
    }
}

package dev.understudy.examples.chaos;

import dev.understudy.CallContext;
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
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import reactor.util.context.Context;

/** A primary with injected faults, a healthy backup, and an understudy in front of both. */
final class ChaosSetup implements AutoCloseable {

    /** Healthy calls whose longest time scales the limits. The first ones load classes and open connections. */
    private static final int MEASURED = 5;

    private final ChaosHooks hooks;
    private volatile FaultScenario faultScenario = FaultScenario.CALM;
    private final ScriptedServer primary = ScriptedServer.start();
    private final ScriptedServer backup = ScriptedServer.start();
    private final ScriptedServer nobody = ScriptedServer.refusing();
    private final ChatProvider up = openAi(primary);
    private final ChatProvider down = openAi(nobody);
    private final ChatProvider living = Providers.anthropic(Endpoint.of("backup", backup.url(), "backup-key"));
    private final RecordingProvider first =
            new RecordingProvider("primary", () -> faultScenario == FaultScenario.REFUSED ? down : up);
    private final RecordingProvider second = new RecordingProvider("backup", () -> living);
    private final Limits limits;
    private final Understudy understudy;

    private ChaosSetup(boolean failover, Listener listener, ChaosHooks hooks) {
        this.hooks = hooks;
        primary.rule(asked -> faultScenario.on(ChaosCall.in(asked.text()).reply()));
        backup.rule(asked -> ChaosCall.in(asked.text()).reply());
        this.limits = new Limits(healthyCall());
        UnderstudyBuilder builder = Understudy.builder()
                .name("chaos")
                .provider(hooks.primary().apply(first), "gpt-demo")
                .retry(RetryPolicy.defaults().withBackoff(Duration.ofMillis(50), Duration.ofMillis(200)))
                .timeouts(timeouts(limits.attempt()))
                .reasoningTimeouts(timeouts(limits.silence()))
                .circuit(CircuitPolicy.defaults().withPause(Duration.ofMillis(200), Duration.ofMillis(400)))
                .failover(FailoverPolicy.defaults().withReturnAfter(Duration.ofMillis(300)))
                .callTimeout(limits.call())
                .listener(listener);
        this.understudy = failover
                ? builder.provider(hooks.backup().apply(second), "claude-demo").build()
                : builder.build();
    }

    /** @param failover {@code true} to add the backup */
    static ChaosSetup open(boolean failover, Listener listener, ChaosHooks hooks) {
        return new ChaosSetup(failover, listener, hooks);
    }

    private static TimeoutPolicy timeouts(Duration limit) {
        return TimeoutPolicy.defaults().withFirstContent(limit).withIdle(limit).withResponse(limit);
    }

    /** The model counts as a reasoning model, to have limits of its own. */
    private static ChatProvider openAi(ScriptedServer server) {
        return Providers.openAiCompatible(
                Endpoint.of("primary", server.url(), "primary-key")
                        .withModel("gpt-demo", Capabilities.assumed().withFeature(Feature.REASONING)),
                OpenAiCompatibility.defaults());
    }

    /** Returns the longest time of a few calls to the backup, which is healthy. */
    private Duration healthyCall() {
        long longest = 0;
        for (int i = 0; i < MEASURED; i++) {
            long start = System.nanoTime();
            ChaosCall call = ChaosCall.number(i);
            living.chat(call.request().withModel("claude-demo"))
                    .contextWrite(CallContext.tag(ChaosCall.KEY, call.id()))
                    .contextWrite(Context.of(ChaosCall.KEY, call.id()))
                    .block();
            longest = i < MEASURED / 2 ? 0 : Math.max(longest, System.nanoTime() - start);
        }
        return Duration.ofNanos(longest);
    }

    Understudy understudy() {
        return understudy;
    }

    Limits limits() {
        return limits;
    }

    void turn(FaultScenario next) {
        faultScenario = hooks.fault().apply(next);
    }

    List<RecordingProvider> recorders() {
        return List.of(first, second);
    }

    /** Counts requests that reached a server without a part of the caller's request. */
    long damaged() {
        return List.of(primary, backup).stream()
                .flatMap(server -> server.calls().stream())
                .filter(asked -> !RequestCheck.isWhole(asked))
                .count();
    }

    @Override
    public void close() {
        // The program may end as soon as this returns, and connections are closed on another thread.
        understudy.closeGracefully(Duration.ofSeconds(5)).block();
        up.close();
        down.close();
        living.close();
        primary.close();
        backup.close();
        nobody.close();
    }
}

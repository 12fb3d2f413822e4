package dev.understudy.gateway;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Listener;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import reactor.core.publisher.Flux;

/**
 * Scripted servers to try the gateway without a vendor: for each scenario an agent of its name, with a first server
 * that speaks OpenAI's dialect and fails as the scenario says, and a second one that speaks Anthropic's.
 */
final class ScenarioServers implements AutoCloseable {

    /** Shorter than the defaults of docs/defaults.md, so that scenarios take seconds. */
    private static final TimeoutPolicy TIMEOUTS = TimeoutPolicy.defaults()
            .withFirstContent(Duration.ofMillis(1_500))
            .withIdle(Duration.ofMillis(1_000))
            .withResponse(Duration.ofSeconds(3));

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    /**
     * Circuit policy of scenarios that show an open circuit and its recovery; in the others each call is independent.
     */
    private static final CircuitPolicy CIRCUIT =
            CircuitPolicy.defaults().withPause(Duration.ofMillis(300), Duration.ofMillis(600));

    private static final FailoverPolicy FAILOVER = FailoverPolicy.defaults().withReturnAfter(Duration.ofMillis(500));

    private static final RetryPolicy RETRY =
            RetryPolicy.defaults().withRetries(1).withBackoff(Duration.ofMillis(50), Duration.ofMillis(200));

    private final Map<String, ResumingProvider> chains = new LinkedHashMap<>();
    private final Map<String, Understudy> understudies = new LinkedHashMap<>();
    private final Map<String, ScriptedServer> primaries = new LinkedHashMap<>();
    private final List<ScriptedServer> servers = new ArrayList<>();

    private ScenarioServers() {}

    static ScenarioServers open(Listener listener) {
        ScenarioServers scenarioServers = new ScenarioServers();
        for (DemoScenario demoScenario : DemoScenario.ALL) {
            scenarioServers.add(demoScenario, listener);
        }
        return scenarioServers;
    }

    private void add(DemoScenario demoScenario, Listener listener) {
        ScriptedServer primary = server(demoScenario.primary());
        ScriptedServer second = server(demoScenario.second());
        Understudy understudy = Understudy.builder()
                .name(demoScenario.name())
                .provider(
                        Providers.openAiCompatible(
                                Endpoint.of("lead", primary.url(), "lead-key"), OpenAiCompatibility.defaults()),
                        "gpt-demo")
                .provider(Providers.anthropic(Endpoint.of("second", second.url(), "second-key")), "claude-demo")
                .timeouts(TIMEOUTS)
                .callTimeout(CALL_TIMEOUT)
                .circuit(demoScenario.countsFailures() ? CIRCUIT : CircuitPolicy.none())
                .retry(RETRY)
                .failover(demoScenario.countsFailures() ? FAILOVER : FAILOVER.withMaxConsecutiveFailures(1_000_000))
                .listener(listener)
                .build();
        understudies.put(demoScenario.name(), understudy);
        primaries.put(demoScenario.name(), primary);
        chains.put(demoScenario.name(), ResumingProvider.over(understudy, ResumePolicy.exact()));
    }

    private ScriptedServer server(DemoScenario.Behaviour behaviour) {
        ScriptedServer server = ScriptedServer.start();
        behaviour.configure(server);
        servers.add(server);
        return server;
    }

    Map<String, ChatProvider> chains() {
        return new LinkedHashMap<>(chains);
    }

    Flux<StreamChunk> streamAfter(String chain, ChatRequest request, List<StreamChunk> delivered) {
        return Objects.requireNonNull(chains.get(chain), chain).streamAfter(request, delivered);
    }

    Map<String, Understudy> understudies() {
        return understudies;
    }

    ScriptedServer primary(String scenario) {
        return Objects.requireNonNull(primaries.get(scenario), scenario);
    }

    @Override
    public void close() {
        understudies.values().forEach(Understudy::close);
        servers.forEach(ScriptedServer::close);
    }
}

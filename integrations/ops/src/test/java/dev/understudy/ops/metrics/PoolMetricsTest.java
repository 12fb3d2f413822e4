package dev.understudy.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** Meters of the connection pool of a provider. */
class PoolMetricsTest {

    @Test
    void metersOfThePoolAreRegisteredIfAskedFor() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Metrics.addRegistry(registry);
        try (ScriptedServer server = ScriptedServer.start()) {
            server.then(ScriptedReply.text("It rains")).then(ScriptedReply.text("It rains"));
            try (ChatProvider plain = provider("plain", server, Transport.defaults());
                    ChatProvider metered =
                            provider("metered", server, Transport.defaults().withPoolMetrics(true))) {
                ask(plain);
                ask(metered);
                assertThat(registry.find("reactor.netty.connection.provider.total.connections")
                                .tag("name", "understudy-metered")
                                .gauges())
                        .isNotEmpty();
                assertThat(registry.find("reactor.netty.connection.provider.total.connections")
                                .tag("name", "understudy-plain")
                                .gauges())
                        .isEmpty();
            }
        } finally {
            Metrics.removeRegistry(registry);
        }
    }

    private static ChatProvider provider(String name, ScriptedServer server, Transport transport) {
        return Providers.openAi(Endpoint.of(name, server.url(), "a-key").withTransport(transport));
    }

    private static void ask(ChatProvider provider) {
        StepVerifier.create(provider.chat(ChatRequest.of("m", "What is the weather?")))
                .expectNextCount(1)
                .expectComplete()
                .verify(Duration.ofSeconds(5));
    }
}

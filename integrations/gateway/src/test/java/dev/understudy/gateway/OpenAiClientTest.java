package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.Listener;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import reactor.netty.DisposableServer;

/** The gateway called by OpenAI's own client for Node: {@code mvn -P clients verify}. */
@EnabledIfSystemProperty(
        named = "understudy.clients",
        matches = ".+",
        disabledReason = "needs Node and the npm registry: -P clients")
class OpenAiClientTest {

    private static final String TOKEN = "let-me-in";

    @Test
    void theOfficialClientPassesItsTests() throws Exception {
        Path client = Path.of(System.getProperty("understudy.clients"));
        try (ScenarioServers scenarioServers = ScenarioServers.open(Listener.none())) {
            DisposableServer open = new GatewayServer(GatewayServer.LOOPBACK, 0, null)
                    .start(ModelDirectory.of(scenarioServers.chains()), routes -> {});
            DisposableServer guarded = new GatewayServer(GatewayServer.LOOPBACK, 0, TOKEN)
                    .start(ModelDirectory.of(scenarioServers.chains()), routes -> {});
            ProcessBuilder node = new ProcessBuilder("node", "--test", "gateway.test.mjs");
            node.directory(client.toFile()).redirectErrorStream(true);
            node.environment().put("GATEWAY_URL", url(open));
            node.environment().put("GUARDED_URL", url(guarded));
            node.environment().put("GUARDED_TOKEN", TOKEN);
            Process run = node.start();
            try {
                String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(run.waitFor(1, TimeUnit.MINUTES)).isTrue();
                assertThat(run.exitValue()).as(output).isZero();
                assertThat(output).contains("# fail 0");
            } finally {
                run.destroyForcibly();
                open.disposeNow();
                guarded.disposeNow();
            }
        }
    }

    private static String url(DisposableServer server) {
        return "http://" + GatewayServer.LOOPBACK + ":" + server.port() + "/v1";
    }
}

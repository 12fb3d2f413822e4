package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway called by the vendors' own clients: {@code mvn -P clients verify}. */
@EnabledIfSystemProperty(
        named = "understudy.clients",
        matches = ".+",
        disabledReason = "needs Node and the npm registry: -P clients")
class OfficialClientsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic", "ai-sdk"})
    void clientForNodePassesItsTests(String client) throws Exception {
        String output = run(new ProcessBuilder("node", "--test", client + ".test.mjs")
                .directory(Path.of(System.getProperty("understudy.clients")).toFile()));
        assertThat(output).contains("# fail 0").doesNotContain("# pass 0");
    }

    /** Needs an interpreter with the packages openai and anthropic: {@code -Dunderstudy.clients.python=venv/bin/python}. */
    @Test
    @EnabledIfSystemProperty(named = "understudy.clients.python", matches = ".+")
    void clientsForPythonPassTheirTests() throws Exception {
        String script = System.getProperty("understudy.clients.script", "src/test/python/clients_test.py");
        assertThat(run(new ProcessBuilder(System.getProperty("understudy.clients.python"), script)))
                .contains("OK");
    }

    private String run(ProcessBuilder command) throws Exception {
        try (ClientVendors vendors = ClientVendors.start(folder)) {
            command.redirectErrorStream(true).environment().put("CLIENTS_URL", vendors.url());
            Process run = command.start();
            try {
                String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(run.waitFor(3, TimeUnit.MINUTES)).isTrue();
                assertThat(run.exitValue()).as(output).isZero();
                return output;
            } finally {
                run.destroyForcibly();
            }
        }
    }
}

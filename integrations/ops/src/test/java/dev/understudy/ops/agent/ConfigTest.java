package dev.understudy.ops.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {

    private static final String JSON = """
        {"providers": {"json": {"dialect": "openai"}}, "agents": {"support": {"primary": "json"}}}\
        """;

    private static final String YAML = """
        providers:
          yaml:
            vendor: groq
            keys: ["${GROQ_KEY}"]
        agents:
          support: {}
        """;

    private static final Map<String, String> KEYS = Map.of("GROQ_KEY", "gsk_0123456789");

    @TempDir
    Path directory;

    @Test
    void readsJsonAndYaml() {
        assertThat(Config.parse(JSON, Map.of()).providers()).containsExactly("json");
        Config yaml = Config.parse(YAML, KEYS);
        assertThat(yaml.providers()).containsExactly("yaml");
        assertThat(yaml.agents()).containsExactly("support");
        assertThat(yaml).hasToString("The configuration (providers [yaml], agents [support])");
    }

    @Test
    void theEnvironmentComesBeforeFiles() throws IOException {
        write("config/understudy.yaml", YAML.replace("yaml:", "first:"));
        write("config/risks.yaml", YAML.replace("yaml:", "second:"));
        write("elsewhere.yaml", YAML.replace("yaml:", "named:"));
        Map<String, String> path = Map.of("UNDERSTUDY_CONFIG", "elsewhere.yaml", "GROQ_KEY", "gsk_0123456789");
        Map<String, String> both = Map.of("UNDERSTUDY_CONFIG", "elsewhere.yaml", "MULTI_MODEL_FAILOVER_CONFIG", JSON);
        assertThat(found(both)).containsExactly("json");
        assertThat(found(path)).containsExactly("named");
        assertThat(found(KEYS)).containsExactly("first");
        Files.delete(directory.resolve("config/understudy.yaml"));
        assertThat(found(KEYS)).containsExactly("second");
        Files.delete(directory.resolve("config/risks.yaml"));
        assertThat(Config.find(KEYS, directory)).isNull();
    }

    @Test
    void aFileThatIsNamedMustBeThere() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> Config.find(Map.of("UNDERSTUDY_CONFIG", "nowhere.yaml"), directory))
                .withMessageContaining("nowhere.yaml")
                .withMessageContaining("cannot be read");
    }

    @Test
    void allMistakesAreReportedTogether() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> Config.parse("""
                    providers:
                      a: {dialect: openai, keys: ["${MISSING}"]}
                    agents:
                      support:
                        primary: b
                        retry: {retrys: 3, base: 10}
                    """, Map.of()))
                .satisfies(e -> assertThat(e.errors())
                        .extracting(ConfigException.Error::toString)
                        .containsExactlyInAnyOrder(
                                "providers.a.keys[0]: the environment variable MISSING is not set; set it",
                                "agents.support.primary: is the name of no provider; did you mean 'a'?",
                                "agents.support.retry.retrys: is no key here; did you mean 'retries'?",
                                "agents.support.retry.base: is the number 10; a duration longer than zero: 500ms, 10s,"
                                        + " 5m or 1h"));
    }

    private List<String> found(Map<String, String> environment) {
        return Objects.requireNonNull(Config.find(environment, directory)).providers();
    }

    private void write(String file, String text) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}

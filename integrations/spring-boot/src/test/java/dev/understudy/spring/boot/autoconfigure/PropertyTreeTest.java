package dev.understudy.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.ops.agent.Config;
import dev.understudy.ops.agent.ConfigException;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

class PropertyTreeTest {

    private static final String BASE = """
            understudy:
              providers:
                openai: {dialect: openai, keys: ["${OPENAI_API_KEY}"], models: {gpt-5.6: gpt-5.6-mini, plain: o4}}
                My-Claude.eu: {dialect: anthropic, keys: ["${OPENAI_API_KEY}"], base-url: https://eu.example}
              agents:
                support: {primary: openai, backups: [My-Claude.eu]}
            OPENAI_API_KEY: a-secret-key-1
            """;

    private final MutablePropertySources sources = new MutablePropertySources();
    private final StandardEnvironment environment = new StandardEnvironment() {
        @Override
        protected void customizePropertySources(MutablePropertySources none) {}
    };

    @Test
    void modelNamesKeepTheirDots() {
        yaml(BASE);
        assertThat(at("providers", "openai", "models")).isEqualTo(Map.of("gpt-5.6", "gpt-5.6-mini", "plain", "o4"));
        assertThat(config().providers()).containsExactly("openai", "My-Claude.eu");
    }

    @Test
    void bracketsHoldNamesWithAnyCharacters() {
        properties("understudy.providers.p.models[vendor/model:1.5]", "x");
        assertThat(at("providers", "p", "models")).isEqualTo(Map.of("vendor/model:1.5", "x"));
    }

    @Test
    void sectionsBelowNamesWithDotsAreFound() {
        properties("understudy.providers.p.catalogue.gpt-4.1.price.long-prompts.above", "200000");
        assertThat(at("providers", "p", "catalogue", "gpt-4.1", "price", "longPrompts"))
                .isEqualTo(Map.of("above", new BigDecimal("200000")));
    }

    @Test
    void keysWithHyphensAreKept() {
        properties("understudy.providers.p.catalogue.m.features.json-schema", "true");
        assertThat(at("providers", "p", "catalogue", "m", "features")).isEqualTo(Map.of("json-schema", true));
    }

    @Test
    void spellingsOfKeysAreEqual() {
        properties("understudy.defaults.circuit.trialLease", "PT3S");
        assertThat(at("defaults", "circuit")).isEqualTo(Map.of("trialLease", Duration.ofSeconds(3)));
        properties("understudy.defaults.circuit.trial_lease", "4s");
        assertThat(at("defaults", "circuit")).isEqualTo(Map.of("trialLease", "4s"));
    }

    @Test
    void environmentVariablesOverrideFiles() {
        yaml(BASE);
        environment("UNDERSTUDY_PROVIDERS_MYCLAUDEEU_BASEURL", "https://us.example");
        environment("UNDERSTUDY_PROVIDERS_OPENAI_MODELS_GPT56", "gpt-5.6-nano");
        environment("UNDERSTUDY_DEFAULTS_RETRY_RETRIES", "1");
        environment("UNDERSTUDY_AGENTS_SUPPORT_HEALTH_CHECK_ENABLED", "true");
        assertThat(at("providers", "My-Claude.eu")).containsEntry("baseUrl", "https://us.example");
        assertThat(at("providers", "openai", "models")).containsEntry("gpt-5.6", "gpt-5.6-nano");
        assertThat(at("defaults", "retry")).isEqualTo(Map.of("retries", BigDecimal.ONE));
        assertThat(at("agents", "support", "healthCheck")).isEqualTo(Map.of("enabled", true));
    }

    @Test
    void variablesOfOthersAreLeftAlone() {
        environment("UNDERSTUDY_SERVICE_HOST", "10.0.0.1");
        environment("UNDERSTUDY_CONFIG", "/etc/understudy.yaml");
        assertThat(tree().isEmpty()).isTrue();
    }

    @Test
    void listOfTheHigherSourceReplacesTheLower() {
        yaml(BASE);
        properties("understudy.agents.support.backups[0]", "openai");
        assertThat(at("agents", "support")).containsEntry("backups", List.of("openai"));
        environment("UNDERSTUDY_AGENTS_SUPPORT_BACKUPS", "a, b");
        assertThat(at("agents", "support")).containsEntry("backups", List.of("a", "b"));
    }

    @Test
    void placeholdersOfSpringAndOfFilesAreResolved() {
        properties(Map.of(
                "understudy.providers.p.model", "${chosen.model:gpt-5.6}",
                "understudy.providers.p.account", "${NONE:-acme}",
                "understudy.providers.p.base-url", "https://${host}/v1",
                "host", "one.example"));
        assertThat(at("providers", "p"))
                .containsEntry("model", "gpt-5.6")
                .containsEntry("account", "acme")
                .containsEntry("baseUrl", "https://one.example/v1");
    }

    @Test
    void secretsBecomePlaceholders() {
        yaml(BASE);
        assertThat(tree().toMap().toString()).doesNotContain("a-secret-key-1");
        assertThat(tree().variables()).containsValue("a-secret-key-1");
        assertThat(config().agents()).containsExactly("support");
    }

    @Test
    void missingVariableIsNamed() {
        yaml(BASE.replace("OPENAI_API_KEY: a-secret-key-1", ""));
        assertThatThrownBy(this::config)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("OPENAI_API_KEY is not set");
    }

    @Test
    void unknownKeysAreErrorsWithASuggestion() {
        yaml(BASE + "understudy.agents.support.retry.retrys: 3\nunderstudy.agent.support.primary: openai\n");
        assertThatThrownBy(this::config)
                .hasMessageContaining("agents.support.retry.retrys")
                .hasMessageContaining("'retries'")
                .hasMessageContaining("'agents'");
    }

    @Test
    void agentWithoutKeysIsAnAgent() {
        yaml(BASE.replace("support: {primary: openai, backups: [My-Claude.eu]}", "support: {}"));
        assertThat(tree().agents()).containsExactly("support");
        assertThat(config().agents()).containsExactly("support");
    }

    private Map<String, Object> at(String... path) {
        Map<String, Object> table = tree().toMap();
        for (String name : path) {
            assertThat(table).containsKey(name);
            table = table(table.get(name));
        }
        return table;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> table(Object node) {
        return (Map<String, Object>) node;
    }

    private Config config() {
        return Config.of(tree().toMap(), tree().variables());
    }

    private PropertyTree tree() {
        sources.forEach(source -> {
            if (!environment.getPropertySources().contains(source.getName())) {
                environment.getPropertySources().addFirst(source);
            }
        });
        return PropertyTree.read(environment);
    }

    private void yaml(String text) {
        try {
            new YamlPropertySourceLoader()
                    .load("yaml", new ByteArrayResource(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                    .forEach(sources::addLast);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void properties(String name, String value) {
        properties(Map.of(name, value));
    }

    private void properties(Map<String, String> values) {
        sources.addLast(new MapPropertySource("properties " + sources.size(), new LinkedHashMap<>(values)));
    }

    private void environment(String name, String value) {
        sources.addLast(new SystemEnvironmentPropertySource("environment " + name, Map.of(name, value)));
    }
}

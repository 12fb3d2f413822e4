package dev.understudy.ops.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.ops.agent.Config;
import dev.understudy.ops.agent.ConfigException;
import dev.understudy.policy.ContextWindow;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A configuration of maps and lists. */
class ConfigTreeTest {

    private static Map<String, Object> tree(Map<String, Object> agent) {
        Map<String, Object> provider = Map.of("dialect", "openai", "keys", List.of("${KEY_1}"), "model", "m");
        return Map.of("providers", Map.of("p", provider), "agents", Map.of("a", agent));
    }

    private static ConfigDocument document(Map<String, ?> tree, ConfigErrors errors) {
        return ConfigDocument.of(tree, errors);
    }

    @Test
    void treeIsReadAsADocument() {
        ConfigErrors errors = new ConfigErrors(Effect.ENVIRONMENT);
        ConfigDocument ofTree = document(
                tree(Map.of(
                        "primary",
                        "p",
                        "retry",
                        Map.of("retries", 3, "base", Duration.ofMillis(250), "jitter", new StringBuilder("full")),
                        "budget",
                        Map.of("callTimeout", Duration.ofMinutes(2)))),
                errors);
        ConfigDocument ofText = ConfigDocument.parse("""
                providers: {p: {dialect: openai, keys: ["${KEY_1}"], model: m}}
                agents: {a: {primary: p, retry: {retries: 3, base: 250ms, jitter: full}, budget: {callTimeout: 2m}}}
                """, errors);
        assertThat(errors.errors()).isEmpty();
        assertThat(ofTree).isNotNull().hasToString(String.valueOf(ofText));
    }

    @Test
    void constantsAndAddressesAreTexts() {
        Map<String, Object> provider = new LinkedHashMap<>(Map.of("dialect", "openai"));
        provider.put("baseUrl", URI.create("https://models.example/v1"));
        Config config = Config.of(
                Map.of(
                        "providers",
                        Map.of("p", provider),
                        "agents",
                        Map.of("a", Map.of("contextWindow", Map.of("overflow", ContextWindow.Overflow.FAIL)))),
                Map.of());
        assertThat(config.providers()).containsExactly("p");
        assertThat(config.agents()).containsExactly("a");
        assertThat(config.source()).isEqualTo("The configuration");
    }

    @Test
    void errorsNameTheirPlace() {
        assertThatThrownBy(() -> Config.of(tree(Map.of("primary", "q", "retry", Map.of("retrys", 3))), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("agents.a.primary: is the name of no provider; did you mean 'p'?")
                .hasMessageContaining("agents.a.retry.retrys: is no key here; did you mean 'retries'?")
                .hasMessageContaining("providers.p.keys[0]: the environment variable KEY_1 is not set");
    }

    static List<Object> foreign() {
        return Arrays.asList(new Object(), 'c', new int[] {1}, new byte[0]);
    }

    @ParameterizedTest
    @MethodSource("foreign")
    void valueOfAnotherTypeIsAnError(Object value) {
        assertThatThrownBy(() -> Config.of(tree(Map.of("primary", value)), Effect.ENVIRONMENT))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("agents.a.primary: is of class");
    }

    @Test
    void treeThatContainsItselfIsAnError() {
        List<Object> endless = new ArrayList<>();
        endless.add(endless);
        assertThatThrownBy(() -> Config.of(tree(Map.of("backups", endless)), Effect.ENVIRONMENT))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("nested too deep");
    }

    @Test
    void laterChangesOfTheMapHaveNoEffect() {
        Map<String, Object> tree = new LinkedHashMap<>(tree(Map.of("primary", "p")));
        Config config = Config.of(tree, Effect.ENVIRONMENT);
        tree.clear();
        assertThat(config.agents()).containsExactly("a");
    }
}

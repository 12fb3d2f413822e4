package dev.understudy.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ops.agent.Config;
import dev.understudy.ops.agent.ConfigException;
import dev.understudy.ops.config.Effect;
import dev.understudy.ops.config.Effects;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wherever somebody puts a secret, right or wrong: no message tells it. */
class ConfigCanaryTest {

    private static final String CANARY = "canary4f1c9e77secret";

    /** At the place of every value, in the clear and from the environment, alone and within. */
    static Stream<Effect> placed() {
        return Effects.all().flatMap(effect -> Stream.of(CANARY, "${CANARY}", "x ${CANARY} y", List.of(CANARY))
                .map(value -> new Effect(effect.path(), value, effect.also(), effect.seen(), effect.expected())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("placed")
    void misplacedSecretIsNotQuoted(Effect effect) {
        Map<String, String> environment = new HashMap<>(Effect.ENVIRONMENT);
        environment.put("CANARY", CANARY);
        try {
            assertThat(effect.config(environment).toString()).doesNotContain(CANARY);
        } catch (ConfigException refused) {
            assertThat(refused.toString()).doesNotContain(CANARY);
            assertThat(refused.errors().toString()).doesNotContain(CANARY);
            assertThat(refused).hasNoCause();
        }
    }

    @Test
    void unreadableDocumentIsNotQuoted() {
        for (String text : List.of(
                CANARY,
                "{\"" + CANARY,
                "{\"a\": " + CANARY + "}",
                "{\"a\": \"" + CANARY + "\" \"b\"}",
                "providers: [" + CANARY,
                "\t" + CANARY + ": [",
                "providers: \"" + CANARY,
                "providers: *" + CANARY,
                "providers: !" + CANARY + " x",
                "%" + CANARY + "\n---\na: b",
                "sk-" + CANARY + ": x")) {
            try {
                Config.parse(text, Map.of());
                throw new AssertionError("accepted: " + text);
            } catch (ConfigException refused) {
                assertThat(refused.toString()).doesNotContain(CANARY);
                assertThat(refused).hasNoCause();
            }
        }
    }

    @Test
    void longKeyIsNotQuotedWhereItMayBeASecret() {
        try {
            Config.parse("{\"providers\": {}, \"agents\": {}, \"sk-" + CANARY + "\": 1}", Map.of());
        } catch (ConfigException refused) {
            assertThat(refused.getMessage()).contains("***: is no key here").doesNotContain(CANARY);
        }
    }

    @Test
    void secretBetweenBracesIsNotQuoted() {
        try {
            Config.parse(
                    "{\"providers\": {\"a\": {\"dialect\": \"openai\", \"keys\": [\"${" + CANARY
                            + "}\"]}}, \"agents\": {}}",
                    Map.of());
        } catch (ConfigException refused) {
            assertThat(refused.getMessage())
                    .contains("an environment variable is not set")
                    .doesNotContain(CANARY);
        }
    }
}

package dev.understudy.ops.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.ops.agent.Config;
import dev.understudy.ops.agent.ConfigException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Half of a character in a document is an error at its place; a whole one outside the basic plane is none. */
class LoneSurrogateTest {

    private static final String DOCUMENT = """
            {"providers": {"p": {"dialect": "openai", "keys": ["${K}"], "model": "%s"}},
             "agents": {"%s": {"primary": "p"}}}
            """;

    private static void parse(String model, String agent) {
        Config.parse(DOCUMENT.formatted(model, agent), Map.of("K", "k1"));
    }

    @ParameterizedTest
    @CsvSource({"\\ud800", "m\\udc00", "\\ud83d x", "\\ude00\\ud83d"})
    void halfOfACharacterInAValueIsAnErrorWithItsPath(String model) {
        assertThatThrownBy(() -> parse(model, "a"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("providers.p.model: contains a lone surrogate");
    }

    @ParameterizedTest
    @CsvSource({"\\ud800", "a\\udc00"})
    void halfOfACharacterInANameIsAnErrorOfItsTable(String agent) {
        assertThatThrownBy(() -> parse("m", agent))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("agents: has a name with a lone surrogate")
                .satisfies(error -> assertThat(error.getMessage().codePoints())
                        .noneMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE));
    }

    @Test
    void wholeCharacterIsNoError() {
        assertThatCode(() -> parse("\\ud83d\\ude00", "a")).doesNotThrowAnyException();
    }
}

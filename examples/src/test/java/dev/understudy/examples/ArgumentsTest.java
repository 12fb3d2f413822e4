package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {

    private static Arguments of(Map<String, String> environment, String... arguments) {
        return Arguments.of(arguments, environment);
    }

    @Test
    void theDemoIsTheDefault() {
        assertThat(of(Map.of()).members()).isEmpty();
    }

    @Test
    void keysInTheEnvironmentSelectVendors() {
        Arguments arguments = of(
                Map.of("OPENAI_API_KEY", "k1,k2", "ANTHROPIC_API_KEY", "k3", "ANTHROPIC_MODEL", "m3"), "Who", "is it?");
        assertThat(arguments.members())
                .extracting(member -> member.provider().name())
                .containsExactly("openai", "anthropic");
        assertThat(arguments.members().get(1).model()).isEqualTo("m3");
        assertThat(arguments.prompt()).isEqualTo("Who is it?");
    }

    @Test
    void aDemoHasNoMembers() {
        assertThat(of(Map.of("OPENAI_API_KEY", "k1"), "--demo").members()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --modle m                                                    | There is no option --modle
                    --model m                                                    | --model belongs to a server: name it first with --base-url
                    --base-url                                                   | --base-url needs a value
                    --base-url --model m                                         | --base-url needs a value
                    --base-url http://localhost:1                                | --base-url http://localhost:1 needs a --model
                    --base-url http://localhost:1 --model m --key-env NOT_SET    | The environment variable NOT_SET is not set
                    --base-url ht!tp://x --model m                               | --base-url ht!tp://x is no URL
                    --base-url nowhere --model m                                 | --base-url nowhere: A base URL is absolute
                    --demo --base-url http://localhost:1 --model m               | --demo and --base-url exclude each other
                    """)
    void invalidArgumentsAreReported(String line, String message) {
        assertThatThrownBy(() -> of(Map.of(), line.split(" ")))
                .isInstanceOf(Arguments.Wrong.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void messagesContainNoKey() {
        assertThatThrownBy(() -> of(
                        Map.of("K", "a secret with spaces"),
                        "--base-url",
                        "http://localhost:1",
                        "--model",
                        "m",
                        "--key-env",
                        "K"))
                .isInstanceOf(Arguments.Wrong.class)
                .message()
                .contains("A key has a character")
                .doesNotContain("secret");
    }
}

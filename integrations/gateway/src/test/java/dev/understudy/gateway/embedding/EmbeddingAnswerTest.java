package dev.understudy.gateway.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading of answers with embeddings. */
class EmbeddingAnswerTest {

    private static EmbeddingAnswer of(String body) {
        return EmbeddingAnswer.of(body.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
        {"data":[]}                                                                      | -  | 0
        {"model":"m","data":[{"embedding":[1,2]}],"usage":{"prompt_tokens":3}}           | m  | 3
        {"usage":{"total":{"prompt_tokens":9},"prompt_tokens":3},"data":["QUJD"]}        | -  | 3
        {"data":[{"model":"x","usage":{"prompt_tokens":9}}],"more":[{"model":"y"}]}      | -  | 0
        {"data":[1],"model":null,"usage":null}                                           | -  | 0
        {"data":[1],"model":{"model":"x"},"usage":[{"prompt_tokens":9}]}                 | -  | 0
        {"data":[1],"usage":{"prompt_tokens":-3}}                                        | -  | 0
        {"data":[1],"usage":{"prompt_tokens":3.0}}                                       | -  | 3
        {"data":[1],"usage":{"prompt_tokens":99999999999999999999}}                      | -  | 2147483647
        {"data":[1],"usage":{"prompt_tokens":"3"}}                                       | -  | 0
        """)
    void modelAndUsageAreRead(String body, String model, int tokens) {
        EmbeddingAnswer answer = of(body);
        assertThat(answer).isNotNull();
        assertThat(answer.model()).isEqualTo(model);
        assertThat(answer.promptTokens()).isEqualTo(tokens);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"data\":{}}",
                "{\"data\":[1",
                "{\"data\":[1]}}",
                "{\"data\":[1,]}",
                "<p>"
            })
    void otherBodiesHoldNoEmbeddings(String body) {
        assertThat(of(body)).isNull();
    }

    @Test
    void nestingIsLimited() {
        assertThat(of("{\"data\":[" + "[".repeat(90) + "]".repeat(90) + "]}")).isNotNull();
        assertThat(of("{\"data\":[" + "[".repeat(1_000) + "]".repeat(1_000) + "]}"))
                .isNull();
    }
}

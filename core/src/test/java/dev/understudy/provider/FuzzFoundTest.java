package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.error.ErrorClassifier;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.openai.OpenAiChat;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link DecoderFuzz} found, as small as it could be made. */
class FuzzFoundTest {

    private static final ChatRequest REQUEST = ChatRequest.of("asked-for", "?");

    @ParameterizedTest
    @ValueSource(strings = {"1e2147483649", "1e99999999999", "-1e-99999999999"})
    void aNumberBeyondAllExponentsInArgumentsIsRejected(String number) {
        byte[] body = bytes("{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":["
                + number + "]}}]},\"finish_reason\":\"stop\"}]}");
        assertThatThrownBy(() -> new OpenAiChat(OpenAiCompatibility.defaults()).decode("p", REQUEST, body))
                .isInstanceOfSatisfying(
                        CallFailed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.PROTOCOL))
                .hasMessageContaining("number beyond all limits");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"error\":{\"code\":1e99999999999}}", "[1e2147483648", "{\"error\":1e2147483648}"})
    void errorWithHugeExponentIsTypedByItsStatus(String body) {
        Failure failure = ErrorClassifier.http(429, field -> null, bytes(body));
        assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMITED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"event:error\ndata:{\"\":1e99999999999", "data:{\"error\":{\"code\":1e2147483648}}\n\n"})
    void aNumberBeyondAllExponentsInAnErrorEventIsStillAnError(String body) {
        Dialect dialect = new Anthropic();
        DecodedAnswer decodedAnswer = DecodedAnswer.of(dialect.framing(), dialect.decoder("p", REQUEST), bytes(body));
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.SERVER);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100})
    void whiteSpaceBeforeABareErrorHidesItInNoPiece(int most) {
        Dialect dialect = new Gemini();
        DecodedAnswer decodedAnswer = DecodedAnswer.of(
                dialect.framing(),
                dialect.decoder("p", REQUEST),
                bytes(" {\"error\":{\"code\":503,\"message\":\"overloaded\"}}"),
                most,
                new Random(1));
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.OVERLOADED);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

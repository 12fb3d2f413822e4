package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.ollama.Ollama;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole answers without a finish reason, in every dialect. */
class MissingFinishReasonTest {

    private static final ChatRequest REQUEST = ChatRequest.of("m", "Hi");

    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of(
                        new OpenAiChat(OpenAiCompatibility.defaults()),
                        "{'choices':[{'index':0,'message':{'content':'Once'}%s}]}",
                        ",'finish_reason':'stop'"),
                Arguments.of(
                        new Anthropic(),
                        "{'type':'message','content':[{'type':'text','text':'Once'}]%s}",
                        ",'stop_reason':'end_turn'"),
                Arguments.of(
                        new BedrockConverse(),
                        "{'output':{'message':{'role':'assistant','content':[{'text':'Once'}]}}%s}",
                        ",'stopReason':'end_turn'"),
                Arguments.of(
                        new Gemini(),
                        "{'candidates':[{'content':{'role':'model','parts':[{'text':'Once'}]}%s}]}",
                        ",'finishReason':'STOP'"),
                Arguments.of(
                        new Cohere(),
                        "{'message':{'role':'assistant','content':[{'type':'text','text':'Once'}]}%s}",
                        ",'finish_reason':'COMPLETE'"),
                Arguments.of(
                        new OpenAiResponses(),
                        "{'output':[{'type':'message','content':[{'type':'output_text','text':'Once'}]}]%s}",
                        ",'status':'completed'"),
                Arguments.of(new Ollama(), "{'message':{'role':'assistant','content':'Once'}%s}", ",'done':true"));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void wholeAnswerWithoutFinishReasonIsTruncated(Dialect dialect, String body, String finish) {
        assertThat(dialect.decode("p", REQUEST, json(body, finish)).text()).isEqualTo("Once");
        assertThatThrownBy(() -> dialect.decode("p", REQUEST, json(body, "")))
                .isInstanceOfSatisfying(
                        CallFailed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.TRUNCATED));
    }

    @Test
    void answerOfServerWithoutFinishReasonsIsComplete() {
        Dialect dialect = new OpenAiChat(OpenAiCompatibility.defaults().withDoneCompletes(true));
        String body = "{'choices':[{'index':0,'message':{'content':'Once'}%s}]}";
        assertThat(dialect.decode("p", REQUEST, json(body, "")).text()).isEqualTo("Once");
    }

    private static byte[] json(String body, String finish) {
        return body.formatted(finish).replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}

package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.DialectSample.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Errors in answers with status 200, and fields of that name that report none. */
class ErrorInAnswerTest {

    private static final List<String> NOTHING = List.of("null", "\"\"", "\" \"", "false", "{}", "[]");

    @ParameterizedTest
    @EnumSource
    void emptyErrorFieldIsNoError(DialectSample sample) {
        String expected = DialectSample.content(sample.decode(sample.events()));
        for (String nothing : NOTHING) {
            List<Event> events = new ArrayList<>();
            sample.events()
                    .forEach(event ->
                            events.add(event.with(event.json().replaceFirst("^\\{", "{\"error\":" + nothing + ","))));
            assertThat(DialectSample.content(sample.decode(events))).as(nothing).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "CHAT | {'choices':[{'message':{'content':'Yes'},'finish_reason':'stop','error':%s}],'error':%s}",
                "RESPONSES | {'status':'completed','error':%s,'output':[{'type':'message','content':[{'type':'output_text','text':'Yes'}]}]}",
                "ANTHROPIC | {'type':'message','error':%s,'content':[{'type':'text','text':'Yes'}],'stop_reason':'end_turn'}",
                "GEMINI | {'error':%s,'candidates':[{'content':{'parts':[{'text':'Yes'}]},'finishReason':'STOP'}]}",
                "OLLAMA | {'error':%s,'message':{'content':'Yes'},'done':true}",
                "COHERE | {'error':%s,'message':{'content':[{'type':'text','text':'Yes'}]},'finish_reason':'COMPLETE'}"
            })
    void wholeAnswerMayHaveAnEmptyErrorField(DialectSample sample, String answer) {
        for (String nothing : NOTHING) {
            byte[] body = DialectSample.unquoted(answer).replace("%s", nothing).getBytes(StandardCharsets.UTF_8);
            assertThat(sample.dialect.decode("p", DialectSample.REQUEST, body).text())
                    .as(nothing)
                    .isEqualTo("Yes");
        }
        String error = "{\"code\":\"rate_limit_exceeded\",\"message\":\"Slow down, please\"}";
        byte[] body = DialectSample.unquoted(answer).replace("%s", error).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> sample.dialect.decode("p", DialectSample.REQUEST, body))
                .isInstanceOfSatisfying(CallFailed.class, failed -> {
                    assertThat(failed.failure().kind()).isEqualTo(FailureKind.RATE_LIMITED);
                    assertThat(failed.failure().message()).contains("Slow down, please");
                });
    }

    @Test
    void exceptionOfBedrockMayComeAsAnEvent() {
        List<Event> events = new ArrayList<>(DialectSample.CONVERSE.events().subList(0, 6));
        events.addAll(Event.named("throttlingException {'message':'Too many requests, wait'}"));
        DecodedAnswer answer = DialectSample.CONVERSE.decode(events);
        assertThat(answer.kind()).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(answer.failure.message()).contains("Too many requests");
    }
}

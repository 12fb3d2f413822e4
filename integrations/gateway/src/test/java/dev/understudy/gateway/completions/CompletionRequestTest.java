package dev.understudy.gateway.completions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionRequestTest {

    private static CompletionRequest question(String json) {
        return CompletionRequest.of(JsonFields.of(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void everyFieldIsMapped() {
        CompletionRequest completionRequest = question("""
            {"model": "m", "stream": true, "stream_options": {"include_usage": true},
             "messages": [
               {"role": "developer", "content": "Be brief."},
               {"role": "user", "content": [{"type": "text", "text": "What is this?"},
                 {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
                 {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]},
               {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function",
                 "function": {"name": "look", "arguments": "{}"}}]},
               {"role": "tool", "tool_call_id": "c1", "content": "a cat"}],
             "tools": [{"type": "function", "function": {"name": "look", "description": "Looks.",
               "parameters": {"type": "object", "properties": {}}}}],
             "tool_choice": {"type": "function", "function": {"name": "look"}},
             "response_format": {"type": "json_schema", "json_schema": {"name": "cat", "strict": true,
               "schema": {"type": "object"}}},
             "temperature": 0.5, "top_p": 0.9, "max_completion_tokens": 7, "stop": ["x", "y"], "seed": 3,
             "n": 1, "user": "u", "reasoning_effort": "low", "presence_penalty": null, "verbosity": "low"}
            """);
        assertThat(completionRequest.isStream()).isTrue();
        assertThat(completionRequest.usage()).isTrue();
        ChatRequest request = completionRequest.request();
        ToolCall call = new ToolCall("c1", "look", "{}");
        assertThat(request.messages())
                .containsExactly(
                        Message.system("Be brief."),
                        new Message.User(List.of(
                                new Message.Part.Text("What is this?"),
                                new Message.Part.Image(new Message.Image.Data("image/png", "AAAA")),
                                new Message.Part.Image(Message.Image.url("https://example.com/a.png")))),
                        Message.assistant("", call),
                        Message.toolResult(call, "a cat"));
        assertThat(request.toolSet().choice()).isEqualTo(ToolSet.Choice.named("look"));
        assertThat(request.toolSet().tools().get(0).schema()).containsKey("properties");
        assertThat(request.format()).isEqualTo(new ResponseFormat.JsonSchema("cat", Map.of("type", "object"), true));
        assertThat(request.sampling().temperature()).isEqualTo(0.5);
        assertThat(request.sampling().topP()).isEqualTo(0.9);
        assertThat(request.sampling().maxTokens()).isEqualTo(7);
        assertThat(request.sampling().stop()).containsExactly("x", "y");
        assertThat(request.sampling().seed()).isEqualTo(3);
        assertThat(request.options().user()).isEqualTo("u");
        assertThat(request.options().reasoning()).isEqualTo(Reasoning.of(Reasoning.Effort.LOW));
        assertThat(request.extra()).isEqualTo(Map.of("openai-chat", Map.of("verbosity", "low")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {                                            |                       | The body is no valid JSON
        []                                           |                       | The body has to be an object
        {"model":"m","model":"n"}                    |                       | The body is no valid JSON
        {"messages":[]}                              | model                 | model is missing
        {"model":7}                                  | model                 | model has to be a string
        {"model":"m"}                                | messages              | messages has to be an array with at least one
        {"model":"m","messages":"hi"}                | messages              | messages has to be an array
        {"model":"m","messages":[{"role":"king"}]}   | messages[0].role      | messages[0].role has to be system,
        {"model":"m","messages":[{"role":"user"}]}   | messages[0].content   | messages[0].content has to be a string, or
        {"model":"m","messages":[{"role":"user","content":[{"type":"video"}]}]} | messages[0].content[0].type | messages[0].content[0].type has to be text,
        {"model":"m","messages":[{"role":"tool","tool_call_id":"z","content":"x"}]} | messages[0].tool_call_id | messages[0].tool_call_id names no tool call
        {"model":"m","n":2}                          | n                     | n has to be 1
        {"model":"m","top_logprobs":2}               | top_logprobs          | top_logprobs needs logprobs
        {"model":"m","audio":{}}                     | audio                 | audio is not given by this gateway
        {"model":"m","reasoning_effort":"huge","messages":[{"role":"user","content":"x"}]} | reasoning_effort | reasoning_effort has to be none,
        {"model":"m","messages":[{"role":"assistant","audio":{"id":"a"}}]} | messages[0].audio | messages[0].audio names sound
        {"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}]} | messages[0].content[0].file.file_id | messages[0].content[0].file.file_id names a file
        {"model":"m","functions":[]}                 | functions             | functions is not known here: use tools
        {"model":"m","messages":[{"role":"user","content":"x"}],"temperature":"hot"} | temperature | temperature has to be a number
        {"model":"m","messages":[{"role":"user","content":"x"}],"temperature":3}     |  | temperature is 0 to 2
        {"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":0}      | max_tokens | max_tokens has to be 1 or more
        {"model":"m","messages":[{"role":"user","content":"x"}],"stream":"yes"}      | stream | stream has to be true or false
        {"model":"m","messages":[{"role":"user","content":"x"}],"stop":[1]}          | stop | stop has to be a string or an array
        {"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":"any"} | tool_choice | tool_choice has to be auto
        {"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"web"}]} | tools[0].type | tools[0].type has to be "function"
        {"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"xml"}} | response_format.type | response_format.type has to be
        """)
    void invalidFieldsAreReportedByName(String body, String field, String message) {
        assertThatExceptionOfType(BadRequest.class)
                .isThrownBy(() -> question(body))
                .satisfies(badRequest -> {
                    assertThat(badRequest.status()).isEqualTo(400);
                    assertThat(badRequest.field() == null ? "" : badRequest.field())
                            .isEqualTo(field == null ? "" : field);
                    assertThat(badRequest.what()).startsWith(message);
                });
    }

    @Test
    void unknownFieldsKeepTheirValues() {
        ChatRequest request = question("""
                        {"model": "m", "messages": [{"role": "user", "content": "x"}],
                         "metadata": {"a": [1, 2.5, 12345678901234567890, true, null, {"b": "c"}]}}
                        """).request();
        assertThat(request.extra().get("openai-chat"))
                .isEqualTo(Map.of(
                        "metadata",
                        Map.of(
                                "a",
                                java.util.Arrays.asList(
                                        1,
                                        2.5,
                                        new java.math.BigInteger("12345678901234567890"),
                                        true,
                                        null,
                                        Map.of("b", "c")))));
    }
}

package dev.understudy.gateway.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.chat.VendorData;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponsesRequestTest {

    private final HeldItems held = new HeldItems(1_000);

    private ChatRequest read(String json) {
        return ResponsesRequest.of(JsonFields.of(json.getBytes(StandardCharsets.UTF_8)), held.of("me"));
    }

    @Test
    void everyFieldIsMapped() {
        ChatRequest request = read("""
            {"model": "m", "stream": true, "instructions": "Be brief.",
             "input": [
               {"role": "developer", "content": "Really."},
               {"role": "user", "content": [
                 {"type": "input_text", "text": "What is this?"},
                 {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "low"},
                 {"type": "input_file", "filename": "r.pdf", "file_data": "data:application/pdf;base64,JVBE"},
                 {"type": "input_file", "file_url": "https://example.com/a.pdf"},
                 {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}}]},
               {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hmm"}],
                "encrypted_content": "ZW5j"},
               {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed",
                "content": [{"type": "output_text", "text": "I look.", "annotations": []}]},
               {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "look", "arguments": "{}"},
               {"type": "function_call_output", "call_id": "c1", "output": [
                 {"type": "input_text", "text": "a cat"},
                 {"type": "input_image", "image_url": "https://example.com/a.png"}]}],
             "tools": [{"type": "function", "name": "look", "description": "Looks.", "strict": true,
               "parameters": {"type": "object"}}],
             "tool_choice": {"type": "function", "name": "look"}, "parallel_tool_calls": false,
             "text": {"format": {"type": "json_schema", "name": "cat", "strict": true, "schema": {"type": "object"}},
               "verbosity": "low"},
             "reasoning": {"effort": "high"}, "include": ["message.output_text.logprobs"], "top_logprobs": 3,
             "temperature": 0.5, "top_p": 0.9, "max_output_tokens": 70, "user": "u", "metadata": {"a": "b"},
             "prompt_cache_key": "k", "store": false}
            """);
        ToolCall call = new ToolCall("c1", "look", "{}");
        assertThat(request.messages())
                .containsExactly(
                        Message.system("Be brief."),
                        Message.system("Really."),
                        new Message.User(List.of(
                                new Message.Part.Text("What is this?"),
                                new Message.Part.Image(new Message.Image.Data("image/png", "AAAA")),
                                new Message.Part.File(new Message.File.Data("r.pdf", "application/pdf", "JVBE")),
                                new Message.Part.File(Message.File.url("https://example.com/a.pdf", "application/pdf")),
                                new Message.Part.Audio("audio/wav", "UklG", Message.CacheHint.NONE))),
                        new Message.Assistant(List.of(
                                new ReasoningBlock(
                                        "Hmm",
                                        new ReasoningBlock.Signature("ZW5j", true, "openai-responses"),
                                        new VendorData(
                                                "openai-responses",
                                                "{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"Hmm\"}]}")),
                                new ContentBlock.Text("I look."),
                                call)),
                        Message.toolResult(
                                call,
                                List.of(
                                        new Message.Part.Text("a cat"),
                                        new Message.Part.Image(Message.Image.url("https://example.com/a.png")))));
        assertThat(request.toolSet().tools())
                .containsExactly(new Tool("look", "Looks.", Map.of("type", "object")).withStrict(true));
        assertThat(request.toolSet().choice()).isEqualTo(ToolSet.Choice.named("look"));
        assertThat(request.format()).isEqualTo(new ResponseFormat.JsonSchema("cat", Map.of("type", "object"), true));
        assertThat(request.sampling().temperature()).isEqualTo(0.5);
        assertThat(request.sampling().topP()).isEqualTo(0.9);
        assertThat(request.sampling().maxTokens()).isEqualTo(70);
        assertThat(request.options().reasoning()).isEqualTo(Reasoning.of(Reasoning.Effort.HIGH));
        assertThat(request.options().parallelToolCalls()).isFalse();
        assertThat(request.options().topLogprobs()).isEqualTo(3);
        assertThat(request.options().user()).isEqualTo("u");
        assertThat(request.options().metadata()).isEqualTo(Map.of("a", "b"));
        assertThat(request.extra())
                .isEqualTo(Map.of(
                        "openai-responses",
                        Map.of(
                                "prompt_cache_key",
                                "k",
                                "store",
                                false,
                                "include",
                                List.of("reasoning.encrypted_content"),
                                "text",
                                Map.of("verbosity", "low"))));
    }

    @Test
    void includedDataIsAskedOfTheVendor() {
        ChatRequest request = read("""
            {"model": "m", "input": "x", "include": ["message.output_text.logprobs", "web_search_call.action.sources"]}
            """);
        assertThat(request.extra())
                .isEqualTo(Map.of(
                        "openai-responses",
                        Map.of("include", List.of("web_search_call.action.sources", "reasoning.encrypted_content"))));
        assertThat(request.options().topLogprobs()).isZero();
        assertThat(read("{\"model\":\"m\",\"input\":\"x\",\"include\":[\"reasoning.encrypted_content\"]}")
                        .extra())
                .isEqualTo(read("{\"model\":\"m\",\"input\":\"x\"}").extra());
    }

    @Test
    void aStringIsAUserMessage() {
        assertThat(read("{\"model\":\"m\",\"input\":\"Hi\"}").messages()).containsExactly(Message.user("Hi"));
    }

    @Test
    void toolsOfTheVendorGoToItAsTheyAre() {
        ChatRequest request = read("""
            {"model": "m", "input": "x", "tools": [{"type": "web_search"}, {"type": "function", "name": "look"}],
             "tool_choice": {"type": "web_search"}}
            """);
        assertThat(request.toolSet().tools()).extracting(Tool::name).containsExactly("look");
        assertThat(request.extra().get("openai-responses")).containsOnlyKeys("tools", "tool_choice", "include");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"input":"x"}                                             | model                  | model is missing
        {"model":"m"}                                             | input                  | input has to be a string, or
        {"model":"m","input":"x","background":true}               | background             | background is not possible
        {"model":"m","input":"x","conversation":"c"}              | conversation           | conversation is not known here
        {"model":"m","input":"x","prompt":{"id":"p"}}             | prompt                 | prompt is not known here
        {"model":"m","input":"x","previous_response_id":"r"}      | previous_response_id   | previous_response_id names an answer
        {"model":"m","input":[{"type":"item_reference","id":"i"}]} | input[0].id           | input[0].id names an item
        {"model":"m","input":[{"role":"king","content":"x"}]}     | input[0].role          | input[0].role has to be user,
        {"model":"m","input":[{"role":"user","content":[{"type":"input_image","file_id":"f"}]}]} | input[0].content[0].file_id | input[0].content[0].file_id names a file
        {"model":"m","input":[{"type":"function_call_output","call_id":"z","output":"x"}]} | input[0].call_id | input[0].call_id names no tool call
        {"model":"m","input":"x","text":{"format":{"type":"xml"}}} | text.format.type      | text.format.type has to be text,
        {"model":"m","input":"x","tool_choice":"any"}             | tool_choice            | tool_choice has to be auto
        {"model":"m","input":"x","max_output_tokens":0}           | max_output_tokens      | max_output_tokens has to be 1 or more
        """)
    void invalidFieldsAreReportedByName(String body, String field, String message) {
        assertThatExceptionOfType(BadRequest.class).isThrownBy(() -> read(body)).satisfies(badRequest -> {
            assertThat(badRequest.field()).isEqualTo(field);
            assertThat(badRequest.what()).startsWith(message);
        });
    }

    @Test
    void itemsOfOthersAreNotFound() {
        held.of("you").keep("i", List.of(new ContentBlock.Text("secret")));
        String reference = "{\"model\":\"m\",\"input\":[{\"type\":\"item_reference\",\"id\":\"i\"}]}";
        assertThatExceptionOfType(BadRequest.class).isThrownBy(() -> read(reference));
        held.of("me").keep("j", List.of(new ContentBlock.Text("own")));
        assertThat(read(reference.replace("\"i\"", "\"j\"")).messages())
                .containsExactly(new Message.Assistant(List.of(new ContentBlock.Text("own"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"shell_call_output\",\"output\":[{\"stdout\":\"a\"}]}",
                "{\"type\":\"apply_patch_call_output\",\"status\":\"completed\"}",
                "{\"type\":\"computer_call_output\",\"output\":{\"type\":\"computer_screenshot\",\"image_url\":\"u\"}}"
            })
    void outputOfAHeldCallIsItsResult(String output) {
        ToolCall call =
                new ToolCall("c1", "shell", "{}", new VendorData("openai-responses", "{\"type\":\"shell_call\"}"));
        held.of("me").keepConversation("resp_1", List.of(Message.user("q"), new Message.Assistant(List.of(call))));
        ChatRequest request = read("{\"model\":\"m\",\"previous_response_id\":\"resp_1\",\"input\":["
                + output.replaceFirst("\\{", "{\"call_id\":\"c1\",")
                + "]}");
        assertThat(request.messages())
                .containsExactly(
                        Message.user("q"), new Message.Assistant(List.of(call)), Message.toolResult(call, output));
    }

    @Test
    void outputOfACallByValueStaysAnItem() {
        String call = "{\"type\":\"shell_call\",\"call_id\":\"c1\",\"action\":{}}";
        String output = "{\"type\":\"shell_call_output\",\"call_id\":\"c1\",\"output\":[]}";
        assertThat(read("{\"model\":\"m\",\"input\":[" + call + "," + output + "]}")
                        .messages())
                .containsExactly(new Message.Assistant(List.of(
                        new ContentBlock.Opaque("shell_call", new VendorData("openai-responses", call)),
                        new ContentBlock.Opaque("shell_call_output", new VendorData("openai-responses", output)))));
    }

    @Test
    void oldestItemsGoFirst() {
        for (int i = 0; i < 20; i++) {
            held.of("me").keep("i" + i, List.of(new ContentBlock.Text("x".repeat(100))));
        }
        String reference = "{\"model\":\"m\",\"input\":[{\"type\":\"item_reference\",\"id\":\"%s\"}]}";
        assertThatExceptionOfType(BadRequest.class).isThrownBy(() -> read(reference.formatted("i0")));
        assertThat(read(reference.formatted("i19")).messages()).hasSize(1);
    }
}

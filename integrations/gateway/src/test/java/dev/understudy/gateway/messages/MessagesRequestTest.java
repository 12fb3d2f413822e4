package dev.understudy.gateway.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.chat.ChatRequest.ServiceTier;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.Message.CacheHint;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.chat.VendorData;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessagesRequestTest {

    private static ChatRequest read(String json, String... headers) {
        HttpHeaders fields = new DefaultHttpHeaders();
        for (int i = 0; i < headers.length; i += 2) {
            fields.add(headers[i], headers[i + 1]);
        }
        return MessagesRequest.of(JsonFields.of(json.getBytes(StandardCharsets.UTF_8)), fields, true);
    }

    @Test
    void everyFieldIsMapped() {
        ChatRequest request = read("""
            {"model": "m", "max_tokens": 2000, "stream": true,
             "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
             "messages": [
               {"role": "user", "content": [
                 {"type": "text", "text": "What is this?"},
                 {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                 {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
                 {"type": "document", "title": "r.pdf", "cache_control": {"type": "ephemeral"},
                  "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}},
                 {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "é"}}]},
               {"role": "assistant", "content": [
                 {"type": "text", "text": "I look."},
                 {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}},
                 {"type": "tool_use", "id": "c1", "name": "look", "input": {"at": 1}}]},
               {"role": "user", "content": [
                 {"type": "tool_result", "tool_use_id": "c1", "is_error": true, "content": [
                   {"type": "text", "text": "a cat"},
                   {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "BBBB"}}]},
                 {"type": "text", "text": "And now?"}]}],
             "tools": [{"name": "look", "description": "Looks.", "input_schema": {"type": "object"}, "strict": true,
               "cache_control": {"type": "ephemeral"}}],
             "tool_choice": {"type": "tool", "name": "look", "disable_parallel_tool_use": true},
             "thinking": {"type": "enabled", "budget_tokens": 1024},
             "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
             "temperature": 0.5, "top_p": 0.9, "top_k": 4, "stop_sequences": ["x"], "service_tier": "standard_only",
             "metadata": {"user_id": "u"}, "container": "c"}
            """, "anthropic-beta", "a,b");
        ToolCall call = new ToolCall("c1", "look", "{\"at\":1}");
        assertThat(request.messages())
                .containsExactly(
                        new Message.System("Be brief.", CacheHint.LONG),
                        new Message.User(List.of(
                                new Message.Part.Text("What is this?"),
                                new Message.Part.Image(new Message.Image.Data("image/png", "AAAA")),
                                new Message.Part.Image(Message.Image.url("https://example.com/a.png")),
                                new Message.Part.File(
                                        new Message.File.Data("r.pdf", "application/pdf", "JVBE"), CacheHint.SHORT),
                                new Message.Part.File(new Message.File.Data("", "text/plain", "w6k=")))),
                        new Message.Assistant(List.of(
                                new ContentBlock.Text("I look."),
                                new ContentBlock.Opaque(
                                        "server_tool_use",
                                        new VendorData(
                                                "anthropic",
                                                "{\"type\":\"server_tool_use\",\"id\":\"s1\",\"name\":\"web_search\",\"input\":{}}")),
                                call)),
                        new Message.ToolResult(
                                "c1",
                                "look",
                                List.of(
                                        new Message.Part.Text("a cat"),
                                        new Message.Part.Image(new Message.Image.Data("image/png", "BBBB"))),
                                true),
                        Message.user("And now?"));
        assertThat(request.toolSet().choice()).isEqualTo(ToolSet.Choice.named("look"));
        assertThat(request.toolSet().tools())
                .containsExactly(new Tool("look", "Looks.", Map.of("type", "object"), true, CacheHint.SHORT));
        assertThat(request.format()).isEqualTo(ResponseFormat.jsonSchema("answer", Map.of("type", "object")));
        assertThat(request.sampling().temperature()).isEqualTo(0.5);
        assertThat(request.sampling().topP()).isEqualTo(0.9);
        assertThat(request.sampling().topK()).isEqualTo(4);
        assertThat(request.sampling().maxTokens()).isEqualTo(2000);
        assertThat(request.sampling().stop()).containsExactly("x");
        assertThat(request.options().reasoning()).isEqualTo(Reasoning.budget(1024));
        assertThat(request.options().parallelToolCalls()).isFalse();
        assertThat(request.options().serviceTier()).isEqualTo(ServiceTier.STANDARD);
        assertThat(request.options().user()).isEqualTo("u");
        assertThat(request.options().headers()).isEqualTo(Map.of("anthropic-beta", "a,b"));
        assertThat(request.extra()).isEqualTo(Map.of("anthropic", Map.of("container", "c")));
    }

    @Test
    void toolsOfTheVendorGoToItAsTheyAre() {
        ChatRequest request = read("""
            {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}],
             "tools": [{"type": "web_search_20250305", "name": "web_search"},
               {"name": "look", "input_schema": {"type": "object"}}],
             "tool_choice": {"type": "tool", "name": "web_search"}}
            """);
        assertThat(request.toolSet().tools()).extracting(Tool::name).containsExactly("look");
        assertThat(request.toolSet().choice()).isEqualTo(ToolSet.Choice.auto());
        assertThat(request.extra().get("anthropic"))
                .containsEntry("tool_choice", Map.of("type", "tool", "name", "web_search"));
        assertThat((List<?>) request.extra().get("anthropic").get("tools")).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"type":"adaptive"}                         | MAX    | {"effort":"max"}
        {"type":"adaptive"}                         | HIGH   |
        {"type":"adaptive","display":"summarized"}  | LOW    | {"effort":"low"}
        """)
    void adaptiveThinkingIsAnEffort(String thinking, Reasoning.Effort effort, String output) {
        ChatRequest request =
                read("{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
                        + "\"thinking\":" + thinking + ",\"output_config\":" + (output == null ? "null" : output)
                        + "}");
        assertThat(request.options().reasoning()).isEqualTo(Reasoning.of(effort));
        assertThat(request.extra().getOrDefault("anthropic", Map.of()).containsKey("thinking"))
                .isEqualTo(thinking.contains("display"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"model":"m"}                                             | max_tokens             | max_tokens is missing
        {"max_tokens":9}                                          | model                  | model is missing
        {"model":"m","max_tokens":9}                              | messages               | messages has to be an array with
        {"model":"m","max_tokens":9,"messages":[{"role":"king"}]} | messages[0].role       | messages[0].role has to be user
        {"model":"m","max_tokens":9,"messages":[{"role":"user"}]} | messages[0].content    | messages[0].content has to be a string
        {"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"video"}]}]} | messages[0].content[0].type | messages[0].content[0].type has to be text,
        {"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"file","file_id":"f"}}]}]} | messages[0].content[0].source.type | messages[0].content[0].source.type has to be base64 or url
        {"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","context":"c","source":{"type":"text","data":"d"}}]}]} | messages[0].content[0].context | messages[0].content[0].context cannot be carried
        {"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","citations":{"enabled":true},"source":{"type":"text","data":"d"}}]}]} | messages[0].content[0].citations | messages[0].content[0].citations cannot be carried
        {"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"z"}]}]} | messages[0].content[0].tool_use_id | messages[0].content[0].tool_use_id names no tool call
        {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"thinking":{"type":"enabled"}} | thinking.budget_tokens | thinking.budget_tokens is missing
        {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"a"}]} | tools[0].input_schema | tools[0].input_schema is missing
        {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"temperature":3} |  | temperature is 0 to 2
        """)
    void invalidFieldsAreReportedByName(String body, String field, String message) {
        assertThatExceptionOfType(BadRequest.class).isThrownBy(() -> read(body)).satisfies(badRequest -> {
            assertThat(badRequest.field() == null ? "" : badRequest.field()).isEqualTo(field == null ? "" : field);
            assertThat(badRequest.what()).startsWith(message);
        });
    }

    @Test
    void automaticServiceTierIsTheDefaultOfEachVendor() {
        ChatRequest request = read("""
            {"model": "m", "max_tokens": 9, "service_tier": "auto", "messages": [{"role": "user", "content": "Hi"}]}
            """);
        assertThat(request.options().serviceTier()).isNull();
        assertThat(request.extra()).isEmpty();
    }
}

package dev.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.testing.ResponsePlan.Close;
import dev.understudy.testing.WireFormat.Question;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What a reply becomes on the wire, without a wire. */
class ScriptedReplyTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final WireFormat OPEN_AI = new OpenAiChatFormat();
    private static final WireFormat ANTHROPIC = new AnthropicFormat();

    private static Question asked(boolean stream) {
        return new Question("m", stream, false, false, -1);
    }

    private static List<String> streamed(WireFormat wireFormat, ScriptedReply scriptedReply) {
        return ResponsePlan.of(scriptedReply.spec, wireFormat, asked(true)).events().stream()
                .map(wireEvent -> new String(wireEvent.bytes(), StandardCharsets.UTF_8))
                .toList();
    }

    private static JsonNode whole(WireFormat wireFormat, ScriptedReply scriptedReply) {
        return JSON.readTree(ResponsePlan.of(scriptedReply.spec, wireFormat, asked(false))
                .events()
                .get(0)
                .bytes());
    }

    /** The payloads that are JSON. */
    private static List<JsonNode> payloads(List<String> events) {
        return events.stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith("data: {"))
                .map(line -> JSON.readTree(line.substring(6)))
                .toList();
    }

    @Test
    void openAiFragmentsToolCalls() {
        ScriptedReply scriptedReply = ScriptedReply.text("Hm.")
                .withReasoning("Which")
                .withToolCall("c1", "weather", "{\"city\":\"Oslo\"}")
                .withToolCall("c2", "time", "");
        List<String> deltas = payloads(streamed(OPEN_AI, scriptedReply)).stream()
                .map(chunk -> chunk.path("choices").path(0).path("delta").toString())
                .toList();
        assertThat(deltas)
                .containsExactly(
                        "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}",
                        "{\"reasoning_content\":\"Which\"}",
                        "{\"content\":\"Hm.\"}",
                        "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":"
                                + "{\"name\":\"weather\",\"arguments\":\"\"}}]}",
                        "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]}",
                        "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"Oslo\\\"}\"}}]}",
                        "{\"tool_calls\":[{\"index\":1,\"id\":\"c2\",\"type\":\"function\",\"function\":"
                                + "{\"name\":\"time\",\"arguments\":\"\"}}]}",
                        "{}");
        JsonNode whole = whole(OPEN_AI, scriptedReply).path("choices").path(0);
        assertThat(whole.path("finish_reason").asString()).isEqualTo("tool_calls");
        assertThat(whole.path("message").path("content").asString()).isEqualTo("Hm.");
        assertThat(whole.path("message").path("reasoning_content").asString()).isEqualTo("Which");
        assertThat(whole.path("message")
                        .path("tool_calls")
                        .path(0)
                        .path("function")
                        .path("arguments")
                        .asString())
                .isEqualTo("{\"city\":\"Oslo\"}");
    }

    @Test
    void anthropicOpensAndClosesABlockForEachSortOfContent() {
        ScriptedReply scriptedReply = ScriptedReply.chunks(
                        new StreamChunk.Reasoning("Which", null),
                        new StreamChunk.Reasoning("", new ReasoningBlock.Signature("sig", false, "anthropic")),
                        new StreamChunk.Reasoning("", new ReasoningBlock.Signature("secret", true, "anthropic")),
                        new StreamChunk.Text("Hm."))
                .withToolCall("c1", "weather", "{\"city\":\"Oslo\"}")
                .withToolCall("c2", "time", "{}");
        List<String> events = payloads(streamed(ANTHROPIC, scriptedReply)).stream()
                .map(event -> event.path("type").asString() + " "
                        + event.path("index").asString("")
                        + event.path("content_block").path("type").asString("")
                        + event.path("delta").path("type").asString("")
                        + event.path("delta").path("partial_json").asString(""))
                .toList();
        assertThat(events)
                .containsExactly(
                        "message_start ",
                        "content_block_start 0thinking",
                        "ping ",
                        "content_block_delta 0thinking_delta",
                        "content_block_delta 0signature_delta",
                        "content_block_stop 0",
                        "content_block_start 1redacted_thinking",
                        "content_block_stop 1",
                        "content_block_start 2text",
                        "content_block_delta 2text_delta",
                        "content_block_stop 2",
                        "content_block_start 3tool_use",
                        "content_block_delta 3input_json_delta",
                        "content_block_delta 3input_json_delta{\"city\":",
                        "content_block_delta 3input_json_delta\"Oslo\"}",
                        "content_block_stop 3",
                        "content_block_start 4tool_use",
                        "content_block_delta 4input_json_delta",
                        "content_block_delta 4input_json_delta{}",
                        "content_block_stop 4",
                        "message_delta ",
                        "message_stop ");
        JsonNode whole = whole(ANTHROPIC, scriptedReply);
        assertThat(whole.path("stop_reason").asString()).isEqualTo("tool_use");
        assertThat(whole.path("content").toString())
                .isEqualTo("[{\"type\":\"thinking\",\"thinking\":\"Which\",\"signature\":\"sig\"},"
                        + "{\"type\":\"redacted_thinking\",\"data\":\"secret\"},{\"type\":\"text\",\"text\":\"Hm.\"},"
                        + "{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"weather\",\"input\":{\"city\":\"Oslo\"}},"
                        + "{\"type\":\"tool_use\",\"id\":\"c2\",\"name\":\"time\",\"input\":{}}]");
    }

    @Test
    void usageIsSentInTheFormOfEachVendor() {
        ScriptedReply scriptedReply = ScriptedReply.text("x")
                .withUsage(Usage.of(100, 30).withCachedInput(40).withReasoning(20));
        JsonNode openAi = whole(OPEN_AI, scriptedReply).path("usage");
        assertThat(openAi.path("prompt_tokens").asInt()).isEqualTo(100);
        assertThat(openAi.path("prompt_tokens_details").path("cached_tokens").asInt())
                .isEqualTo(40);
        assertThat(openAi.path("completion_tokens_details")
                        .path("reasoning_tokens")
                        .asInt())
                .isEqualTo(20);
        JsonNode anthropic = whole(ANTHROPIC, scriptedReply).path("usage");
        assertThat(anthropic.path("input_tokens").asInt()).isEqualTo(60);
        assertThat(anthropic.path("cache_read_input_tokens").asInt()).isEqualTo(40);
        assertThat(anthropic.path("output_tokens").asInt()).isEqualTo(30);
    }

    @Test
    void openAiStreamHasUsageOnlyOnRequest() {
        assertThat(streamed(OPEN_AI, ScriptedReply.text("x"))).noneMatch(event -> event.contains("usage"));
    }

    @ParameterizedTest
    @CsvSource({
        "STOP, stop, end_turn",
        "LENGTH, length, max_tokens",
        "CONTENT_FILTER, content_filter, refusal",
        "PAUSE, stop, pause_turn",
        "TOOL_CALLS, tool_calls, tool_use"
    })
    void finishReasonIsSentInTheVendorsWord(FinishReason reason, String openAi, String anthropic) {
        ScriptedReply scriptedReply = ScriptedReply.text("x").withFinish(reason);
        assertThat(streamed(OPEN_AI, scriptedReply))
                .anyMatch(event -> event.contains("\"finish_reason\":\"" + openAi + "\""));
        assertThat(streamed(ANTHROPIC, scriptedReply))
                .anyMatch(event -> event.contains("\"stop_reason\":\"" + anthropic + "\""));
        assertThat(whole(OPEN_AI, scriptedReply)
                        .path("choices")
                        .path(0)
                        .path("finish_reason")
                        .asString())
                .isEqualTo(openAi);
        assertThat(whole(ANTHROPIC, scriptedReply).path("stop_reason").asString())
                .isEqualTo(anthropic);
    }

    @Test
    void usesTheReceiptItIsGiven() {
        ScriptedReply scriptedReply =
                ScriptedReply.text("x").withMetadata(new VendorMetadata("id1", "m-2026", "odd", null));
        for (WireFormat wireFormat : List.of(OPEN_AI, ANTHROPIC)) {
            assertThat(whole(wireFormat, scriptedReply).path("id").asString()).isEqualTo("id1");
            assertThat(whole(wireFormat, scriptedReply).path("model").asString())
                    .isEqualTo("m-2026");
            assertThat(String.join("", streamed(wireFormat, scriptedReply)))
                    .contains("\"odd\"", "\"id1\"", "\"m-2026\"");
        }
    }

    @Test
    void leavesOutFinishAndTerminalMarker() {
        ScriptedReply scriptedReply = ScriptedReply.text("x");
        assertThat(streamed(OPEN_AI, scriptedReply.withoutTerminal())).noneMatch(event -> event.contains("[DONE]"));
        assertThat(streamed(OPEN_AI, scriptedReply.withoutFinish()))
                .noneMatch(event -> event.contains("\"stop\""))
                .last()
                .isEqualTo("data: [DONE]\n\n");
        assertThat(streamed(ANTHROPIC, scriptedReply.withoutTerminal()))
                .noneMatch(event -> event.contains("message_stop"));
        assertThat(streamed(ANTHROPIC, scriptedReply.withoutFinish()))
                .noneMatch(event -> event.contains("message_delta"))
                .anyMatch(event -> event.contains("message_stop"));
    }

    @Test
    void pingsBeforeAndBetweenContent() {
        ScriptedReply scriptedReply =
                ScriptedReply.tokens("a", "b", "c").withPings(2).withPingsBetween();
        assertThat(shape(streamed(OPEN_AI, scriptedReply)))
                .isEqualTo("event,ping,ping,event,ping,event,ping,event,event,event");
        assertThat(shape(streamed(ANTHROPIC, scriptedReply)))
                .isEqualTo("event,event,ping,ping,ping,event,ping,event,ping,event,event,event,event");
    }

    private static String shape(List<String> events) {
        return events.stream()
                .map(event -> event.startsWith(":") || event.contains("\"ping\"") ? "ping" : "event")
                .collect(Collectors.joining(","));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void cutsRightAfterTheTokenInEitherDialect(int tokens) {
        ScriptedReply scriptedReply =
                ScriptedReply.tokens("a", "b", "c").withPingsBetween().cut(ScriptedReply.FaultPoint.tokens(tokens));
        for (WireFormat wireFormat : List.of(OPEN_AI, ANTHROPIC)) {
            ResponsePlan responsePlan = ResponsePlan.of(scriptedReply.spec, wireFormat, asked(true));
            List<WireEvent> events = responsePlan.events();
            assertThat(events.stream().filter(event -> event.sort() == WireEvent.Sort.TOKEN))
                    .hasSize(tokens);
            assertThat(events.get(events.size() - 1).sort())
                    .isEqualTo(tokens == 0 ? WireEvent.Sort.FRAME : WireEvent.Sort.TOKEN);
            assertThat(responsePlan.close()).isEqualTo(Close.CUT);
        }
    }

    @Test
    void countsTheTokensOfAToolCallAlikeInEitherDialect() {
        ScriptedReply scriptedReply = ScriptedReply.toolCall("c1", "weather", "{\"city\":\"Oslo\"}");
        for (WireFormat wireFormat : List.of(OPEN_AI, ANTHROPIC)) {
            assertThat(ResponsePlan.of(scriptedReply.spec, wireFormat, asked(true)).events().stream()
                            .filter(event -> event.sort() == WireEvent.Sort.TOKEN))
                    .hasSize(3);
            assertThat(String.join("", streamed(wireFormat, scriptedReply.cut(ScriptedReply.FaultPoint.tokens(0)))))
                    .doesNotContain("weather");
            assertThat(String.join("", streamed(wireFormat, scriptedReply.cut(ScriptedReply.FaultPoint.tokens(1)))))
                    .contains("weather");
        }
    }

    @Test
    void errorInsideTheStreamIsSentAndEndsIt() {
        ScriptedReply scriptedReply =
                ScriptedReply.tokens("a", "b").fail(ScriptedReply.FaultPoint.tokens(1), "overloaded_error", "Too much");
        assertThat(streamed(OPEN_AI, scriptedReply))
                .hasSize(3)
                .last()
                .isEqualTo("data: {\"error\":{\"message\":\"Too much\",\"type\":\"overloaded_error\",\"param\":null,"
                        + "\"code\":null}}\n\n");
        assertThat(streamed(ANTHROPIC, scriptedReply))
                .hasSize(5)
                .last()
                .isEqualTo("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
                        + "\"message\":\"Too much\"}}\n\n");
        assertThat(whole(OPEN_AI, scriptedReply).path("error").path("type").asString())
                .isEqualTo("overloaded_error");
        assertThat(whole(ANTHROPIC, scriptedReply).path("type").asString()).isEqualTo("error");
        assertThat(ResponsePlan.of(scriptedReply.spec, OPEN_AI, asked(true)).close())
                .isEqualTo(Close.KEEP);
    }

    @Test
    void putsWhatCannotBeReadBetweenWhatCan() {
        ScriptedReply scriptedReply = ScriptedReply.tokens("a", "b").garble(ScriptedReply.FaultPoint.tokens(1));
        for (WireFormat wireFormat : List.of(OPEN_AI, ANTHROPIC)) {
            List<String> plain = streamed(wireFormat, ScriptedReply.tokens("a", "b"));
            List<String> garbled = streamed(wireFormat, scriptedReply);
            assertThat(garbled).containsAll(plain).hasSize(plain.size() + 1);
            String odd = garbled.stream()
                    .filter(event -> !plain.contains(event))
                    .findFirst()
                    .orElseThrow();
            assertThatThrownBy(() -> payloads(List.of(odd))).hasMessageContaining("end-of-input");
            assertThatThrownBy(() -> whole(wireFormat, scriptedReply)).isInstanceOf(RuntimeException.class);
        }
    }

    @Test
    void endsLinesWithCrLfAndCountsThem() {
        ScriptedReply scriptedReply = ScriptedReply.tokens("a\nb").withPings(1).withCrlf();
        String plain =
                String.join("", streamed(ANTHROPIC, ScriptedReply.tokens("a\nb").withPings(1)));
        String crlf = String.join("", streamed(ANTHROPIC, scriptedReply));
        assertThat(crlf).isEqualTo(plain.replace("\n", "\r\n"));
        assertThat(String.join("", streamed(ANTHROPIC, scriptedReply.cut(ScriptedReply.FaultPoint.bytes(100)))))
                .isEqualTo(crlf.substring(0, 100));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 413, 429, 500, 503, 529})
    void everyStatusHasABodyInTheVendorsForm(int status) {
        JsonNode openAi = whole(OPEN_AI, ScriptedReply.status(status)).path("error");
        assertThat(openAi.path("type").asString()).isNotBlank();
        assertThat(openAi.path("message").asString()).isNotBlank();
        JsonNode anthropic = whole(ANTHROPIC, ScriptedReply.status(status));
        assertThat(anthropic.path("type").asString()).isEqualTo("error");
        assertThat(anthropic.path("error").path("message").asString()).isNotBlank();
    }

    @Test
    void namesTypeAndCodeOfAnError() {
        ScriptedReply scriptedReply = ScriptedReply.error(
                429, "insufficient_quota", "insufficient_quota", "You are \"out\"\n\tof credit \u0001");
        JsonNode error = whole(OPEN_AI, scriptedReply).path("error");
        assertThat(error.path("type").asString()).isEqualTo("insufficient_quota");
        assertThat(error.path("code").asString()).isEqualTo("insufficient_quota");
        assertThat(error.path("message").asString()).isEqualTo("You are \"out\"\n\tof credit \u0001");
        assertThat(whole(ANTHROPIC, scriptedReply).path("error").path("type").asString())
                .isEqualTo("insufficient_quota");
    }

    @Test
    void retryAfterIsSentInSecondsAndMilliseconds() {
        assertThat(ScriptedReply.rateLimited(Duration.ofSeconds(7)).spec.headers())
                .containsOnlyKeys("retry-after")
                .containsValue("7");
        assertThat(ScriptedReply.rateLimited(Duration.ofMillis(1500)).spec.headers())
                .containsEntry("retry-after", "2")
                .containsEntry("retry-after-ms", "1500");
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> ScriptedReply.status(100)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ScriptedReply.FaultPoint.bytes(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ScriptedReply.text("x").between(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ScriptedReply.status(500).withUsage(Usage.none()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void readsTheTopLevelFieldsOfARequest() {
        String tools = "{\"tools\":[{\"model\":\"no\",\"stream\":true}],\"a\":\"\\\"model\\\":\\\"no\\\" }\",\n";
        assertThat(question(tools + " \"model\" : \"org\\/m\\\"1\", \"stream\":false}"))
                .isEqualTo(new Question("org/m\"1", false, false, false, -1));
        assertThat(question(tools + "\"stream_options\":{\"x\":[1,2],\"include_usage\": true} ,\"background\":true}"))
                .isEqualTo(new Question("", false, true, true, -1));
    }

    @Test
    void requestsThatAreNoJsonHaveNoFields() {
        Question nothing = new Question("", false, false, false, -1);
        for (String body : new String[] {"", "not json at all \"", "{\"model\":\"cut", "[1]", "{\"model\":5}"}) {
            assertThat(question(body)).as(body).isEqualTo(nothing);
        }
    }

    private static Question question(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return new RecordedRequest(1, 1, Duration.ZERO, "POST", "/", List.of(), bytes).question();
    }
}

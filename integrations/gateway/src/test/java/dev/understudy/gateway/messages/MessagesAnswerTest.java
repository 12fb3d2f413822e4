package dev.understudy.gateway.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.CallError;
import dev.understudy.gateway.protocol.EventReader;
import dev.understudy.gateway.protocol.SampleAnswers;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers and streams of the Messages API, and their way back. */
class MessagesAnswerTest {

    private static final ChatResponse TOOLS = SampleAnswers.of(
            List.of(
                    new ReasoningBlock("I look.", new ReasoningBlock.Signature("c2ln", false, "anthropic")),
                    new ContentBlock.Text("Let me see."),
                    new ToolCall("call_1", "weather", "{\"city\":\"Bern\"}")),
            FinishReason.TOOL_CALLS);

    private static JsonNode json(String json) {
        return JsonFields.JSON.readTree(json);
    }

    private static JsonNode whole(ChatResponse response) {
        return json(MessagesAnswer.of(response, SampleAnswers.HEAD, List.of("END")));
    }

    private static String stream(ChatResponse response) {
        return SampleAnswers.events(response, new MessagesEvents(SampleAnswers.HEAD, List.of("END")));
    }

    @Test
    void wholeAnswerHasItsBlocksStopReasonAndUsage() {
        assertThat(whole(TOOLS)).isEqualTo(json("""
                {"id":"msg_01","type":"message","role":"assistant","model":"model-x","content":[
                  {"type":"thinking","thinking":"I look.","signature":"c2ln"},
                  {"type":"text","text":"Let me see."},
                  {"type":"tool_use","id":"call_1","name":"weather","input":{"city":"Bern"}}],
                 "stop_reason":"tool_use","stop_sequence":null,
                 "usage":{"input_tokens":30,"cache_creation_input_tokens":10,"cache_read_input_tokens":60,
                   "output_tokens":20,"output_tokens_details":{"thinking_tokens":5}}}
                """));
    }

    @Test
    void streamHasTheEventsOfTheVendorInOrder() {
        assertThat(stream(TOOLS)).isEqualTo("""
                event: message_start
                data: {"type":"message_start","message":{"id":"msg_01","type":"message","role":"assistant","model":"model-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"output_tokens":0}}}

                event: content_block_start
                data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"I loo"}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"k."}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}

                event: content_block_stop
                data: {"type":"content_block_stop","index":0}

                event: content_block_start
                data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Let m"}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"e see"}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"."}}

                event: content_block_stop
                data: {"type":"content_block_stop","index":1}

                event: content_block_start
                data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"call_1","name":"weather","input":{}}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\\"city\\":\\"Bern\\"}"}}

                event: content_block_stop
                data: {"type":"content_block_stop","index":2}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":30,"cache_creation_input_tokens":10,"cache_read_input_tokens":60,"output_tokens":20,"output_tokens_details":{"thinking_tokens":5}}}

                event: message_stop
                data: {"type":"message_stop"}

                """);
    }

    @Test
    void streamAddsUpToTheWholeAnswer() {
        ChatResponse response = SampleAnswers.of(SampleAnswers.EVERY_VENDOR, FinishReason.TOOL_CALLS);
        assertThat(content(stream(response))).isEqualTo(whole(response).get("content"));
    }

    /** Adds up the blocks of a stream, as clients do. */
    private static ArrayNode content(String events) {
        ArrayNode content = JsonFields.JSON.createArrayNode();
        StringBuilder text = new StringBuilder();
        for (EventReader.Event event : EventReader.read(events)) {
            JsonNode data = event.json();
            if (event.name().equals("content_block_start")) {
                assertThat(data.path("index").asInt()).isEqualTo(content.size());
                content.add(data.get("content_block"));
                text.setLength(0);
            } else if (event.name().equals("content_block_delta")) {
                ObjectNode block = (ObjectNode) content.get(data.path("index").asInt());
                JsonNode delta = data.get("delta");
                switch (delta.path("type").asString("")) {
                    case "text_delta" ->
                        block.put(
                                "text",
                                text.append(delta.get("text").stringValue()).toString());
                    case "thinking_delta" ->
                        block.put(
                                "thinking",
                                text.append(delta.get("thinking").stringValue()).toString());
                    case "signature_delta" -> block.set("signature", delta.get("signature"));
                    default -> block.set("input", json(delta.get("partial_json").stringValue()));
                }
            }
        }
        return content;
    }

    @Test
    void blocksOfEachVendorComeBackAsTheyWere() {
        ChatResponse response = SampleAnswers.of(SampleAnswers.EVERY_VENDOR, FinishReason.TOOL_CALLS);
        for (JsonNode content : List.of(whole(response).get("content"), content(stream(response)))) {
            ObjectNode request = (ObjectNode) json("{\"model\":\"m\",\"max_tokens\":9,\"messages\":[]}");
            ObjectNode turn = ((ArrayNode) request.get("messages")).addObject().put("role", "assistant");
            turn.set("content", content);
            Message.Assistant back = (Message.Assistant) MessagesRequest.of(
                            JsonFields.of(request.toString().getBytes(StandardCharsets.UTF_8)),
                            new DefaultHttpHeaders(),
                            true)
                    .messages()
                    .get(0);
            assertThat(back.blocks()).isEqualTo(SampleAnswers.EVERY_VENDOR);
        }
    }

    @Test
    void blocksOfTheVendorsOwnToolsAreNative() {
        String search = "{\"type\":\"server_tool_use\",\"id\":\"srv_1\",\"name\":\"web_search\",\"input\":{}}";
        ChatResponse response = SampleAnswers.of(
                List.of(
                        new ContentBlock.Opaque("server_tool_use", new VendorData("anthropic", search)),
                        new ContentBlock.Text(
                                "Rain", new VendorData("anthropic", "{\"citations\":[{\"type\":\"char_location\"}]}"))),
                FinishReason.STOP);
        assertThat(whole(response).get("content").get(0)).isEqualTo(json(search));
        assertThat(whole(response).get("content").get(1).get("citations")).hasSize(1);
        assertThat(stream(response)).contains("\"citations_delta\",\"citation\":{\"type\":\"char_location\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "STOP,end_turn",
        "LENGTH,max_tokens",
        "TOOL_CALLS,tool_use",
        "CONTENT_FILTER,refusal",
        "PAUSE,pause_turn",
        "OTHER,end_turn"
    })
    void finishReasonBecomesAStopReason(FinishReason reason, String word) {
        ChatResponse response = SampleAnswers.of(List.of(new ContentBlock.Text("x")), reason);
        assertThat(whole(response).path("stop_reason").asString()).isEqualTo(word);
    }

    @ParameterizedTest
    @CsvSource({"STOP,refusal", "OTHER,refusal", "LENGTH,max_tokens"})
    void refusalInTheAnswerIsTheStopReason(FinishReason reason, String word) {
        ChatResponse response = SampleAnswers.of(List.of(new ContentBlock.Refusal("I can't help.")), reason);
        assertThat(whole(response).path("stop_reason").asString()).isEqualTo(word);
        assertThat(stream(response)).contains("\"stop_reason\":\"" + word + "\"");
    }

    @Test
    void stopSequenceIsNamed() {
        ChatResponse response = new ChatResponse(
                List.of(new ContentBlock.Text("x")),
                new StreamChunk.Finish(
                        FinishReason.STOP,
                        Usage.none(),
                        new VendorMetadata(null, null, "stop_sequence", null),
                        ServedBy.by("a", "b")));
        assertThat(whole(response).path("stop_reason").asString()).isEqualTo("stop_sequence");
        assertThat(whole(response).path("stop_sequence").asString()).isEqualTo("END");
        assertThat(whole(response).at("/usage/unreported").asBoolean()).isTrue();
    }

    @Test
    void retractedTextEndsTheStreamWithAnError() {
        MessagesEvents events = new MessagesEvents(SampleAnswers.HEAD, List.of());
        events.of(new StreamChunk.Text("Hello", 0));
        assertThatExceptionOfType(ChatException.CallFailed.class)
                .isThrownBy(() -> events.of(new StreamChunk.Reset(0, FailureKind.SERVER)));
        assertThat(EventReader.read(events.failed(CallError.of(new IllegalStateException("secret")))))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.name()).isEqualTo("error");
                    assertThat(event.json().at("/error/type").asString()).isEqualTo("api_error");
                    assertThat(event.data()).doesNotContain("secret");
                });
    }

    @Test
    void reasoningOfAnAbandonedAnswerHarmsNothing() {
        MessagesEvents events = new MessagesEvents(SampleAnswers.HEAD, List.of());
        StringBuilder all = new StringBuilder(events.of(new StreamChunk.Reasoning("Hmm", null, 0)));
        all.append(events.of(new StreamChunk.Switched("ann", "bob", FailureKind.SERVER, 0)));
        all.append(events.of(new StreamChunk.Reset(0, FailureKind.SERVER)));
        all.append(events.of(new StreamChunk.Text("Yes")));
        all.append(events.of(SampleAnswers.of(List.of(), FinishReason.STOP).finish()));
        assertThat(all).contains(": bob goes on for ann\n\n");
        assertThat(content(all.toString())).hasSize(2);
        assertThat(events.isFinished()).isTrue();
    }

    private static ChatResponse call(String arguments, FinishReason reason) {
        return SampleAnswers.of(
                List.of(new ContentBlock.Text("x"), new ToolCall("call_1", "weather", arguments)), reason);
    }

    private static String partialJson(ChatResponse response) {
        StringBuilder partial = new StringBuilder();
        for (EventReader.Event event : EventReader.read(stream(response))) {
            partial.append(event.json().at("/delta/partial_json").asString(""));
        }
        return partial.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"n\": 0.1234567890123456789012, \"m\": 1.10, \"e\": 1e400, \"i\": 12345678901234567890123}",
                "{\"city\": \"Bern\", \"city\": \"Thun\"}",
                "{\"cut\": \"Be",
                "[1]"
            })
    void argumentsOfAStreamedCallAreThoseOfTheModel(String arguments) {
        assertThat(partialJson(call(arguments, FinishReason.TOOL_CALLS))).isEqualTo(arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"n\":0.1234567890123456789012,\"m\":1.10,\"e\":1e400,\"i\":12345678901234567890123}",
                "{\"city\":\"Bern\",\"city\":\"Thun\"}"
            })
    void argumentsOfAWholeCallAreThoseOfTheModel(String arguments) {
        assertThat(MessagesAnswer.of(call(arguments, FinishReason.TOOL_CALLS), SampleAnswers.HEAD, List.of()))
                .contains("\"input\":" + arguments + "}");
    }

    @Test
    void deeplyNestedArgumentsAreKept() {
        String deep = "{\"a\":" + "[".repeat(300) + "]".repeat(300) + "}";
        assertThat(MessagesAnswer.of(call(deep, FinishReason.TOOL_CALLS), SampleAnswers.HEAD, List.of()))
                .contains("\"input\":" + deep + "}");
    }

    @Test
    void callWithoutArgumentsHasAnEmptyInput() {
        assertThat(whole(call("", FinishReason.TOOL_CALLS)).at("/content/1/input"))
                .isEqualTo(json("{}"));
        assertThat(partialJson(call("", FinishReason.TOOL_CALLS))).isEqualTo("{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"cut\": \"Be", "[1]", "\"Bern\"", "{} {}"})
    void wholeCallThatIsNoObjectFails(String arguments) {
        assertThatExceptionOfType(ChatException.CallFailed.class)
                .isThrownBy(() -> whole(call(arguments, FinishReason.TOOL_CALLS)))
                .satisfies(failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.TOOL_REJECTED));
    }

    @Test
    void wholeCallThatLengthCutIsLeftOut() {
        JsonNode message = whole(call("{\"cut\": \"Be", FinishReason.LENGTH));
        assertThat(message.get("content")).isEqualTo(json("[{\"type\":\"text\",\"text\":\"x\"}]"));
        assertThat(message.path("stop_reason").asString()).isEqualTo("max_tokens");
    }
}

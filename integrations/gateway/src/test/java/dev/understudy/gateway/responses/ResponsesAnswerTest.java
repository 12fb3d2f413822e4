package dev.understudy.gateway.responses;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers and streams of the Responses API, and their way back. */
class ResponsesAnswerTest {

    private static final ChatResponse TOOLS = SampleAnswers.of(
            List.of(
                    new ReasoningBlock("I look.", null),
                    new ContentBlock.Text("Let me see."),
                    new ToolCall("call_1", "weather", "{\"city\":\"Bern\"}")),
            FinishReason.TOOL_CALLS);

    private final HeldItems.Of held = new HeldItems(100_000).of("me");

    private static JsonNode json(String json) {
        return JsonFields.JSON.readTree(json);
    }

    private ResponsesAnswer answer(String request) {
        return new ResponsesAnswer(
                json(request), new ResponsesConversation(held, true, List.of(Message.user("How is the weather?"))));
    }

    private JsonNode whole(ChatResponse response) {
        return json(answer("{\"model\":\"m\"}").whole(response, SampleAnswers.HEAD));
    }

    private String stream(ChatResponse response) {
        return SampleAnswers.events(response, new ResponsesEvents(SampleAnswers.HEAD, answer("{\"model\":\"m\"}")));
    }

    /** Removes the random ids of items. */
    private static JsonNode withoutIds(JsonNode node) {
        JsonNode copy = node.deepCopy();
        copy.forEach(item -> ((ObjectNode) item).remove("id"));
        return copy;
    }

    @Test
    void inputIsNotHeldUntilTheAnswer() {
        JsonNode request = json("{\"model\":\"m\",\"input\":\"a long text\",\"top_p\":0.5}");
        ResponsesAnswer answer = new ResponsesAnswer(request, new ResponsesConversation(held, true, List.of()));
        assertThat(answer.request()).isEqualTo(json("{\"model\":\"m\",\"top_p\":0.5}"));
        assertThat(request.has("input")).isTrue();
    }

    @Test
    void wholeAnswerHasItsItemsAndRepeatsTheRequest() {
        JsonNode body = json(answer("{\"model\":\"m\",\"instructions\":\"Be brief.\",\"temperature\":0.5,"
                        + "\"text\":{\"verbosity\":\"low\"},\"metadata\":{\"a\":\"b\"}}")
                .whole(TOOLS, SampleAnswers.HEAD));
        assertThat(body.path("id").asString()).isEqualTo("resp_01");
        assertThat(body.path("status").asString()).isEqualTo("completed");
        assertThat(body.path("created_at").asLong()).isEqualTo(1_700_000_000);
        assertThat(body.path("instructions").asString()).isEqualTo("Be brief.");
        assertThat(body.path("temperature").asDouble()).isEqualTo(0.5);
        assertThat(body.get("text")).isEqualTo(json("{\"verbosity\":\"low\",\"format\":{\"type\":\"text\"}}"));
        assertThat(body.get("metadata")).isEqualTo(json("{\"a\":\"b\"}"));
        assertThat(body.get("usage")).isEqualTo(json("""
                {"input_tokens":100,"input_tokens_details":{"cached_tokens":60},"output_tokens":20,
                 "output_tokens_details":{"reasoning_tokens":5},"total_tokens":120}
                """));
        assertThat(withoutIds(body.get("output"))).isEqualTo(json("""
                [{"type":"reasoning","summary":[{"type":"summary_text","text":"I look."}]},
                 {"type":"message","status":"completed","role":"assistant","content":[
                   {"type":"output_text","text":"Let me see.","annotations":[],"logprobs":[]}]},
                 {"type":"function_call","call_id":"call_1","name":"weather","arguments":"{\\"city\\":\\"Bern\\"}",
                  "status":"completed"}]
                """));
    }

    @Test
    void streamHasTheEventsOfTheVendorInOrder() {
        String events = stream(TOOLS);
        assertThat(EventReader.names(events))
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.reasoning_summary_part.added",
                        "response.reasoning_summary_text.delta",
                        "response.reasoning_summary_text.done",
                        "response.reasoning_summary_part.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done",
                        "response.completed");
        int number = 0;
        for (EventReader.Event event : EventReader.read(events)) {
            assertThat(event.json().path("type").asString()).isEqualTo(event.name());
            assertThat(event.json().path("sequence_number").asInt(-1)).isEqualTo(number++);
        }
    }

    @Test
    void eventsOfAnItemNameItAndItsPlace() {
        String id = "";
        int place = -1;
        for (EventReader.Event event : EventReader.read(stream(TOOLS))) {
            JsonNode data = event.json();
            if (event.name().equals("response.output_item.added")) {
                id = data.at("/item/id").asString();
                assertThat(data.path("output_index").asInt()).isEqualTo(++place);
            } else if (data.has("item_id")) {
                assertThat(data.path("item_id").asString()).isEqualTo(id);
                assertThat(data.path("output_index").asInt()).isEqualTo(place);
            } else if (event.name().equals("response.output_item.done")) {
                assertThat(data.at("/item/id").asString()).isEqualTo(id);
            }
        }
    }

    @Test
    void streamAddsUpToTheWholeAnswer() {
        ChatResponse response = SampleAnswers.of(SampleAnswers.EVERY_VENDOR, FinishReason.TOOL_CALLS);
        StringBuilder text = new StringBuilder();
        List<JsonNode> items = new ArrayList<>();
        JsonNode last = null;
        for (EventReader.Event event : EventReader.read(stream(response))) {
            if (event.name().equals("response.output_text.delta")) {
                text.append(event.json().path("delta").stringValue());
            } else if (event.name().equals("response.output_item.done")) {
                items.add(event.json().get("item"));
            }
            last = event.json().get("response");
        }
        assertThat(text.toString()).isEqualTo(response.text());
        assertThat(last).isNotNull();
        assertThat(last.get("output")).containsExactlyElementsOf(items);
        assertThat(withoutIds(last.get("output")))
                .isEqualTo(withoutIds(whole(response).get("output")));
    }

    private List<Message> read(JsonNode input) {
        ObjectNode request = (ObjectNode) json("{\"model\":\"m\"}");
        request.set("input", input);
        return ResponsesInput.of(JsonFields.of(request.toString().getBytes(StandardCharsets.UTF_8)), held);
    }

    @Test
    void blocksOfEachVendorComeBackAsTheyWere() {
        ChatResponse response = SampleAnswers.of(SampleAnswers.EVERY_VENDOR, FinishReason.TOOL_CALLS);
        assertThat(read(whole(response).get("output")))
                .containsExactly(new Message.Assistant(SampleAnswers.EVERY_VENDOR));
    }

    @Test
    void itemsAreFoundByTheirIds() {
        ChatResponse response = SampleAnswers.of(SampleAnswers.EVERY_VENDOR, FinishReason.TOOL_CALLS);
        var references = JsonFields.JSON.createArrayNode();
        whole(response).get("output").forEach(item -> references
                .addObject()
                .put("type", "item_reference")
                .put("id", item.path("id").asString()));
        assertThat(read(references)).containsExactly(new Message.Assistant(SampleAnswers.EVERY_VENDOR));
    }

    @Test
    void conversationIsFoundByTheIdOfItsAnswer() {
        String id = whole(TOOLS).path("id").asString();
        ObjectNode request = (ObjectNode) json("{\"model\":\"m\",\"input\":[{\"type\":\"function_call_output\","
                + "\"call_id\":\"call_1\",\"output\":\"Sun\"}]}");
        request.put("previous_response_id", id);
        assertThat(ResponsesInput.of(JsonFields.of(request.toString().getBytes(StandardCharsets.UTF_8)), held))
                .containsExactly(
                        Message.user("How is the weather?"),
                        TOOLS.message(),
                        Message.toolResult(TOOLS.toolCalls().get(0), "Sun"));
    }

    @Test
    void limitAndFilterAreIncompleteAnswers() {
        JsonNode cut = whole(SampleAnswers.of(List.of(new ContentBlock.Text("x")), FinishReason.LENGTH));
        assertThat(cut.path("status").asString()).isEqualTo("incomplete");
        assertThat(cut.at("/incomplete_details/reason").asString()).isEqualTo("max_output_tokens");
        String filtered = stream(SampleAnswers.of(List.of(new ContentBlock.Text("x")), FinishReason.CONTENT_FILTER));
        assertThat(EventReader.names(filtered)).endsWith("response.incomplete");
        JsonNode refused =
                whole(SampleAnswers.of(List.of(new ContentBlock.Refusal("No.")), FinishReason.CONTENT_FILTER));
        assertThat(refused.path("status").asString()).isEqualTo("completed");
        assertThat(refused.at("/output/0/content/0/refusal").asString()).isEqualTo("No.");
    }

    @Test
    void usageThatNoVendorReportedIsNull() {
        JsonNode body = whole(new ChatResponse(
                List.of(new ContentBlock.Text("x")),
                new StreamChunk.Finish(FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("a", "b"))));
        assertThat(body.get("usage").isNull()).isTrue();
    }

    @Test
    void itemsOfTheVendorsOwnToolsAreNative() {
        String search = "{\"type\":\"web_search_call\",\"id\":\"ws_1\",\"status\":\"completed\"}";
        ChatResponse response = SampleAnswers.of(
                List.of(new ContentBlock.Opaque("web_search_call", new VendorData("openai-responses", search))),
                FinishReason.STOP);
        assertThat(whole(response).at("/output/0")).isEqualTo(json(search));
    }

    @Test
    void failureIsAnErrorEventAndAFailedResponse() {
        ResponsesEvents events = new ResponsesEvents(SampleAnswers.HEAD, answer("{}"));
        events.of(new StreamChunk.Text("Hello", 0));
        String failed = events.failed(CallError.of(new IllegalStateException("secret")));
        assertThat(EventReader.names(failed)).containsExactly("error", "response.failed");
        assertThat(EventReader.read(failed).get(0).json().at("/error/code").asString())
                .isEqualTo("internal_error");
        assertThat(EventReader.read(failed).get(1).json().at("/response/status").asString())
                .isEqualTo("failed");
        assertThat(failed).doesNotContain("secret");
    }
}

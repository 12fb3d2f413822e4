package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.provider.Providers;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Data of vendors reach clients in the order in which the vendors' decoders tell them, and come back whole. */
@Timeout(60)
class DecodedStreamsTest {

    private static final String EVENTS = "text/event-stream";

    private static List<StreamChunk> decoded(
            BiFunction<String, String, ChatProvider> vendor, String contentType, String body) {
        try (ScriptedServer server = ScriptedServer.start().always(ScriptedReply.raw(200, contentType, body))) {
            return vendor.apply(server.url(), "key").stream(ChatRequest.of("m", "Hi"))
                    .collectList()
                    .block(Duration.ofSeconds(20));
        }
    }

    private static List<StreamChunk> openAi(String... deltas) {
        StringBuilder body = new StringBuilder();
        for (String delta : deltas) {
            body.append("data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":")
                    .append(delta)
                    .append("}]}\n\n");
        }
        body.append("data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
        body.append("data: [DONE]\n\n");
        return decoded(Providers::openAiCompatible, EVENTS, body.toString());
    }

    private static List<ContentBlock> reasoning(List<ContentBlock> blocks) {
        return blocks.stream().filter(ReasoningBlock.class::isInstance).toList();
    }

    /** Asserts that reasoning and its data come back as the vendor gave them. */
    private static String assertReasoning(NextTurn client, List<StreamChunk> chunks) {
        ChatResponseAggregator answer = new ChatResponseAggregator();
        chunks.forEach(answer::add);
        List<ContentBlock> given = reasoning(answer.blocks());
        assertThat(given).isNotEmpty().allSatisfy(block -> assertThat(block.vendorData())
                .isNotNull());
        String events = client.events(chunks);
        assertThat(reasoning(client.back(events))).isEqualTo(given);
        return events;
    }

    @ParameterizedTest
    @EnumSource
    void eventsEndWithABlankLine(NextTurn client) {
        ClientCall.Events encoder = client.encoder();
        for (StreamChunk chunk : SampleAnswers.of(SampleAnswers.EVERY_VENDOR, FinishReason.TOOL_CALLS)
                .chunks()) {
            assertThat(encoder.of(chunk)).matches("(?s)|.+\n\n");
        }
        assertThat(encoder.keepAlive()).endsWith("\n\n");
        assertThat(client.encoder().failed(CallError.of(new IllegalStateException("x"))))
                .endsWith("\n\n");
    }

    @ParameterizedTest
    @EnumSource
    void fieldOfReasoningComesBack(NextTurn client) {
        List<StreamChunk> chunks =
                openAi("{\"reasoning_content\":\"I \"}", "{\"reasoning_content\":\"look.\"}", "{\"content\":\"Rain\"}");
        String events = assertReasoning(client, chunks);
        assertThat(events.indexOf("understudy1.")).isLessThan(events.indexOf("Rain")); // told with its block
    }

    @ParameterizedTest
    @EnumSource
    void detailsBehindTheTextComeBack(NextTurn client) {
        assertReasoning(
                client,
                openAi(
                        "{\"reasoning\":\"I look.\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"index\":0,\"text\":\"I look.\"}]}",
                        "{\"content\":\"Rain\"}",
                        "{\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"index\":1,\"data\":\"c2VhbA==\"}]}",
                        "{\"content\":\" and wind\"}"));
    }

    @ParameterizedTest
    @EnumSource
    void hiddenReasoningComesBack(NextTurn client) {
        String hidden =
                "{\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"index\":0,\"data\":\"c2VhbA==\"}]}";
        assertReasoning(client, openAi(hidden, "{\"content\":\"Rain\"}"));
        assertReasoning(client, openAi("{\"content\":\"Rain\"}", hidden));
    }

    @ParameterizedTest
    @EnumSource
    void reasoningBeforeACallComesBack(NextTurn client) {
        String call =
                "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}}]}";
        String events = assertReasoning(client, openAi("{\"reasoning_content\":\"I look.\"}", call));
        assertThat(client.back(events)).anyMatch(block -> block instanceof ToolCall);
    }

    @ParameterizedTest
    @EnumSource
    void reasoningOfOllamaComesBack(NextTurn client) {
        assertReasoning(client, decoded(Providers::ollama, "application/x-ndjson", """
                {"model":"m","message":{"role":"assistant","thinking":"I look."},"done":false}
                {"model":"m","message":{"role":"assistant","content":"Rain"},"done":false}
                {"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}
                """));
    }

    @Test
    void dataBelongToTheAnswerThatTookOver() {
        VendorData data = new VendorData("openai-chat", "{\"reasoning_details\":[]}");
        List<StreamChunk> chunks = List.of(
                new StreamChunk.Reasoning("Hmm", null, 0),
                new StreamChunk.Switched("ann", "bob", FailureKind.SERVER, 0),
                new StreamChunk.Reset(0, FailureKind.SERVER),
                new StreamChunk.Reasoning("", null, 0),
                new StreamChunk.BlockData(data, 0),
                new StreamChunk.Text("Rain", 1));
        assertThat(NextTurn.MESSAGES.back(NextTurn.MESSAGES.events(chunks)))
                .startsWith(new ReasoningBlock("Hmm", null), new ReasoningBlock("", null, data));
    }

    @Test
    void sourcesOfALaterTextCountFromTheWholeText() {
        VendorData cites = new VendorData(
                "anthropic",
                "{\"citations\":[{\"url\":\"https://example.com\",\"title\":\"t\",\"cited_text\":\"Rain\"}]}");
        ChatResponse answer = SampleAnswers.of(
                List.of(
                        new ContentBlock.Text("🌞 "),
                        new ToolCall("c1", "look", "{}"),
                        new ContentBlock.Text("Rain in Bern", cites)),
                FinishReason.STOP);
        JsonNode whole =
                JsonFields.JSON.readTree(NextTurn.COMPLETIONS.whole(answer)).at("/choices/0/message/annotations");
        assertThat(whole.at("/0/url_citation/start_index").asInt()).isEqualTo(2);
        assertThat(EventReader.read(NextTurn.COMPLETIONS.events(answer.chunks())))
                .filteredOn(event -> event.data().contains("\"annotations\""))
                .singleElement()
                .satisfies(event -> assertThat(event.json().at("/choices/0/delta/annotations"))
                        .isEqualTo(whole));
    }

    @Test
    void sourcesBehindAnImageBelongToTheText() {
        List<StreamChunk> chunks = openAi(
                "{\"content\":\"Rain in Bern\"}",
                "{\"images\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}}]}",
                "{\"annotations\":[{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://example.com\","
                        + "\"title\":\"t\",\"start_index\":0,\"end_index\":4}}]}");
        assertThat(EventReader.read(NextTurn.COMPLETIONS.events(chunks)))
                .filteredOn(event -> event.data().contains("\"annotations\""))
                .singleElement()
                .satisfies(event -> assertThat(event.data()).contains("\"start_index\":0,\"end_index\":4"));
        String events = NextTurn.RESPONSES.events(chunks);
        assertThat(NextTurn.RESPONSES
                        .turn(events)
                        .get(0)
                        .at("/content/0/annotations/0/url")
                        .asString())
                .isEqualTo("https://example.com");
        assertThat(EventReader.read(events))
                .filteredOn(event -> event.name().equals("response.output_text.annotation.added"))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.json().path("output_index").asInt()).isZero();
                    assertThat(event.json().path("item_id"))
                            .isEqualTo(NextTurn.RESPONSES.turn(events).get(0).get("id"));
                });
    }
}

package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.provider.Corpus.Recording;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A recorded stream adds up to the whole answer of the same request, where there is one. */
class RecordedStreamTest {

    private static final int LARGEST_PIECE = 700;

    @Test
    void streamOfResponsesAddsUpToItsOwnCompletedEvent() {
        int compared = 0;
        for (Recording stream : CorpusWire.OPENAI_RESPONSES.streams()) {
            JsonNode whole = completed(stream);
            if (whole.path("output").isEmpty()) {
                continue; // some servers repeat no content in the last event
            }
            ChatResponse response = CorpusWire.OPENAI_RESPONSES.reader.decode(
                    stream.provider(), CorpusWire.REQUEST, whole.toString().getBytes(StandardCharsets.UTF_8));
            if (!response.text().equals(stream.text("text"))) {
                continue; // the recording was shortened: its events say less than the last one
            }
            compared++;
            assertThat(reencrypted(aggregated(CorpusWire.OPENAI_RESPONSES, stream)))
                    .as(stream.id())
                    .isEqualTo(reencrypted(response));
        }
        assertThat(compared).isGreaterThan(20);
    }

    @Test
    void streamHasTheBlocksOfTheWholeAnswerWithItsText() {
        int compared = 0;
        for (CorpusWire wire : CorpusWire.values()) {
            for (Recording stream : wire.streams()) {
                for (Recording whole : Corpus.of(wire.dialect, "response")) {
                    if (isTwin(stream, whole)) {
                        compared++;
                        assertThat(shown(aggregated(wire, stream)))
                                .as("%s and %s", stream.id(), whole.id())
                                .isEqualTo(shown(wire.decode(whole)));
                    }
                }
            }
        }
        assertThat(compared).isGreaterThan(4);
    }

    /** The vendor encrypts anew for each event, so encrypted values are left out of the comparison. */
    private static List<Object> reencrypted(ChatResponse response) {
        List<Object> parts = new ArrayList<>();
        for (ContentBlock block : response.blocks()) {
            boolean isSigned = block instanceof ReasoningBlock reasoning && reasoning.signature() != null;
            parts.add(
                    block instanceof ReasoningBlock reasoning
                            ? reasoning.text() + isSigned
                            : block instanceof ContentBlock.Opaque opaque ? opaque.type() : block.withVendorData(null));
            if (block.vendorData() != null) {
                ObjectNode data =
                        (ObjectNode) Corpus.MAPPER.readTree(block.vendorData().json());
                data.remove("encrypted_content");
                if (data.path("id").stringValue("").contains("_tmp_")) {
                    data.remove("id"); // some servers make one for each event
                }
                parts.add(data);
            }
        }
        return parts;
    }

    /** Equal texts of more than a word, of one provider. */
    private static boolean isTwin(Recording stream, Recording whole) {
        String text = stream.text("text");
        return text != null
                && text.contains(" ")
                && text.equals(whole.text("text"))
                && stream.provider().equals(whole.provider())
                && stream.expected().path("tool_calls").size()
                        == whole.expected().path("tool_calls").size();
    }

    private static ChatResponse aggregated(CorpusWire wire, Recording stream) {
        DecodedAnswer.Live live = wire.live(stream);
        live.feed(wire.body(stream), LARGEST_PIECE, new Random(stream.id().hashCode()));
        DecodedAnswer answer = live.end();
        assertThat(answer.failure).as(stream.id()).isNull();
        return answer.response();
    }

    /** Blocks without reasoning, which differs from run to run, and without ids. */
    private static List<String> shown(ChatResponse response) {
        return response.blocks().stream()
                .filter(block -> !(block instanceof ReasoningBlock))
                .map(block ->
                        block.getClass().getSimpleName() + (block instanceof ContentBlock.Text text ? text.text() : ""))
                .toList();
    }

    /** The response of the event that ends the stream; a missing node without one. */
    private static JsonNode completed(Recording stream) {
        JsonNode whole = Corpus.MAPPER.missingNode();
        for (String line :
                new String(stream.body(), StandardCharsets.UTF_8).lines().toList()) {
            if (line.startsWith("data: {") && line.contains("\"response.")) {
                JsonNode event = Corpus.MAPPER.readTree(line.substring(6));
                String type = event.path("type").stringValue("");
                if (type.equals("response.completed") || type.equals("response.incomplete")) {
                    whole = event.path("response");
                }
            }
        }
        return whole;
    }
}

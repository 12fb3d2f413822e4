package dev.understudy.gateway.completions;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.SealedBlock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code reasoning_details} of a message: what vendors want back of a turn, in the form in which servers of this API
 * give details that clients send back unchanged.
 */
final class CompletionDetails {

    static final String FIELD = "reasoning_details";

    private static final String FORMAT = "understudy";

    private CompletionDetails() {}

    /** Returns the details of blocks; empty if no vendor wants anything back. */
    static ArrayNode of(List<? extends ContentBlock> blocks) {
        ArrayNode details = JsonFields.JSON.createArrayNode();
        for (ContentBlock block : blocks) {
            String seal = SealedBlock.of(block);
            if (seal != null) {
                details.add(detail(block, seal));
            }
        }
        return details;
    }

    /** Returns the details of a block whose data arrived behind its end. */
    static ArrayNode late(ContentBlock before, ContentBlock now) {
        if (SealedBlock.of(before) == null) {
            return of(List.of(now));
        }
        ArrayNode details = JsonFields.JSON.createArrayNode();
        String seal = SealedBlock.late(now);
        if (seal != null) {
            details.add(encrypted(seal));
        }
        return details;
    }

    private static ObjectNode detail(ContentBlock block, String seal) {
        return block instanceof ReasoningBlock reasoning && !reasoning.text().isEmpty()
                ? typed("reasoning.text").put("text", reasoning.text()).put("signature", seal)
                : encrypted(seal);
    }

    private static ObjectNode encrypted(String seal) {
        return typed("reasoning.encrypted").put("data", seal);
    }

    private static ObjectNode typed(String type) {
        return JsonFields.JSON.createObjectNode().put("type", type).put("format", FORMAT);
    }

    /** Returns what a detail seals; null for a detail of another server. */
    static @Nullable SealedBlock open(JsonFields detail) {
        if (!FORMAT.equals(detail.findText("format"))) {
            return null;
        }
        String seal = detail.findText("signature");
        seal = seal == null ? detail.findText("data") : seal;
        return seal == null ? null : SealedBlock.open(seal);
    }
}

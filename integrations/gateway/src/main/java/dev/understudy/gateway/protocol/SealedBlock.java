package dev.understudy.gateway.protocol;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.gateway.json.JsonFields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Data of a block for which the client's protocol has no field: the signature and origin of reasoning, data of a call, or
 * a block that only its vendor interprets. Sealed as text, which clients send back unchanged where their protocol has a
 * signature or encrypted reasoning, so that the vendor gets its turn back as it was.
 *
 * @param kind {@code reasoning}, {@code call} or {@code block}
 * @param name id of the call, or type of the block; for reasoning {@code late} if it precedes in the turn, and else ""
 * @param signature signature of the reasoning
 * @param data data of the vendor
 */
public record SealedBlock(
        String kind,
        String name,
        ReasoningBlock.@Nullable Signature signature,
        @Nullable VendorData data) {

    private static final String PREFIX = "understudy1.";
    private static final String REASONING = "reasoning";
    private static final String CALL = "call";
    private static final String LATE = "late";
    private static final String BLOCK = "block";

    /** Returns the seal of a block; null if it has no data to bring back. */
    public static @Nullable String of(ContentBlock block) {
        if (block instanceof ReasoningBlock reasoning) {
            return reasoning.signature() == null && reasoning.vendorData() == null
                    ? null
                    : new SealedBlock(REASONING, "", reasoning.signature(), reasoning.vendorData()).text();
        }
        if (block.vendorData() == null) {
            return null;
        }
        if (block instanceof ToolCall call) {
            return new SealedBlock(CALL, call.id(), null, call.vendorData()).text();
        }
        return block instanceof ContentBlock.Opaque opaque
                ? new SealedBlock(BLOCK, opaque.type(), null, opaque.vendorData()).text()
                : null;
    }

    /** Returns the seal for data of a block that was sent already; null if it has none to bring back. */
    public static @Nullable String late(ContentBlock block) {
        return block instanceof ReasoningBlock reasoning
                ? new SealedBlock(REASONING, LATE, reasoning.signature(), reasoning.vendorData()).text()
                : of(block);
    }

    private String text() {
        ObjectNode seal = JsonFields.JSON.createObjectNode();
        seal.put("k", kind).put("n", name);
        if (signature != null) {
            seal.putObject("s")
                    .put("v", signature.value())
                    .put("r", signature.redacted())
                    .put("o", signature.origin());
        }
        if (data != null) {
            seal.putObject("d").put("o", data.origin()).put("j", data.json());
        }
        return PREFIX
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(seal.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Returns what a text seals; null for a text that is no seal. */
    public static @Nullable SealedBlock open(String text) {
        if (!text.startsWith(PREFIX)) {
            return null;
        }
        try {
            JsonNode seal = JsonFields.tree(
                    new String(Base64.getUrlDecoder().decode(text.substring(PREFIX.length())), StandardCharsets.UTF_8));
            JsonNode signed = seal.get("s");
            JsonNode data = seal.get("d");
            return new SealedBlock(
                    string(seal, "k"),
                    string(seal, "n"),
                    signed == null
                            ? null
                            : new ReasoningBlock.Signature(
                                    string(signed, "v"), signed.path("r").asBoolean(false), string(signed, "o")),
                    data == null ? null : new VendorData(string(data, "o"), string(data, "j")));
        } catch (IllegalArgumentException | JacksonException broken) {
            return null;
        }
    }

    private static String string(JsonNode node, String name) {
        return node.path(name).asString("");
    }

    /** Returns the block that has the data; null for the data of a call. */
    public @Nullable ContentBlock block(String reasoning) {
        return switch (kind) {
            case REASONING -> new ReasoningBlock(reasoning, signature, data);
            case BLOCK -> data == null ? null : new ContentBlock.Opaque(name, data);
            default -> null;
        };
    }

    private boolean isOfCall() {
        return kind.equals(CALL) && data != null;
    }

    private boolean isLate() {
        return kind.equals(REASONING) && name.equals(LATE);
    }

    /** The blocks of one turn of the assistant, to which seals bring back their data. Not thread-safe. */
    public static final class Turn {

        private final List<ContentBlock> blocks = new ArrayList<>();
        private final Map<String, VendorData> calls = new HashMap<>();

        /** Adds a block. */
        public void add(ContentBlock block) {
            blocks.add(block);
        }

        /** Adds what a seal holds. */
        public void add(SealedBlock seal, String reasoning) {
            ContentBlock block = seal.block(reasoning);
            int earlier = seal.isLate() ? lastReasoning() : -1;
            if (earlier >= 0) {
                String text = ((ReasoningBlock) blocks.get(earlier)).text();
                blocks.set(earlier, new ReasoningBlock(text, seal.signature(), seal.data()));
            } else if (block != null) {
                blocks.add(block);
            } else if (seal.isOfCall() && seal.data() != null) {
                calls.put(seal.name(), seal.data());
            }
        }

        private int lastReasoning() {
            for (int i = blocks.size() - 1; i >= 0; i--) {
                if (blocks.get(i) instanceof ReasoningBlock) {
                    return i;
                }
            }
            return -1;
        }

        /** Returns true without any block. */
        public boolean isEmpty() {
            return blocks.isEmpty();
        }

        /** Returns the blocks with their data. */
        public List<ContentBlock> blocks() {
            List<ContentBlock> all = new ArrayList<>(blocks.size());
            for (ContentBlock block : blocks) {
                VendorData data = block instanceof ToolCall call ? calls.get(call.id()) : null;
                all.add(data == null ? block : block.withVendorData(data));
            }
            return all;
        }
    }
}

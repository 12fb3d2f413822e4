package dev.understudy.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Functions over the content blocks of an answer. */
final class ContentBlocks {

    private static final String NO_ORIGIN = "";

    private ContentBlocks() {}

    /** Returns reasoning, text, refusal and tool calls as blocks in this order; empty strings give none. */
    static List<ContentBlock> of(
            String text, String refusal, List<ReasoningBlock> reasoningBlocks, List<ToolCall> toolCalls) {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(refusal, "refusal");
        List<ContentBlock> blocks = new ArrayList<>(reasoningBlocks.size() + toolCalls.size() + 2);
        blocks.addAll(reasoningBlocks);
        if (!text.isEmpty()) {
            blocks.add(new ContentBlock.Text(text));
        }
        if (!refusal.isEmpty()) {
            blocks.add(new ContentBlock.Refusal(refusal));
        }
        blocks.addAll(toolCalls);
        return blocks;
    }

    /** Returns the block with vendor data and a signature that belong to no origin, so that they are not sent. */
    static ContentBlock withoutOrigin(ContentBlock block) {
        VendorData data = block.vendorData();
        ContentBlock unbound = data == null ? block : block.withVendorData(data.withOrigin(NO_ORIGIN));
        if (unbound instanceof ReasoningBlock reasoning && reasoning.signature() != null) {
            ReasoningBlock.Signature signature = reasoning.signature();
            return new ReasoningBlock(
                    reasoning.text(),
                    new ReasoningBlock.Signature(signature.value(), signature.redacted(), NO_ORIGIN),
                    reasoning.vendorData());
        }
        return unbound;
    }

    static String text(List<ContentBlock> blocks) {
        String only = "";
        StringBuilder all = null;
        for (ContentBlock block : blocks) {
            if (block instanceof ContentBlock.Text text) {
                if (all != null) {
                    all.append(text.text());
                } else if (only.isEmpty()) {
                    only = text.text();
                } else {
                    all = new StringBuilder(only).append(text.text());
                }
            }
        }
        return all == null ? only : all.toString();
    }

    static String refusal(List<ContentBlock> blocks) {
        StringBuilder all = new StringBuilder();
        for (ContentBlock block : blocks) {
            if (block instanceof ContentBlock.Refusal refusal) {
                all.append(refusal.text());
            }
        }
        return all.toString();
    }

    static String reasoning(List<ContentBlock> blocks) {
        StringBuilder all = new StringBuilder();
        for (ContentBlock block : blocks) {
            if (block instanceof ReasoningBlock reasoning) {
                all.append(reasoning.text());
            }
        }
        return all.toString();
    }

    static <T extends ContentBlock> List<T> only(Class<T> type, List<ContentBlock> blocks) {
        List<T> found = new ArrayList<>();
        for (ContentBlock block : blocks) {
            if (type.isInstance(block)) {
                found.add(type.cast(block));
            }
        }
        return List.copyOf(found);
    }
}

package dev.understudy.streaming;

import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.streaming.seam.PrefillSeam;

/**
 * Kind of the content that was delivered before an interruption, as far as it selects the strategy. The last matching
 * constant counts.
 */
enum DeliveredContent {
    /** Nothing: a new answer is unnoticeable. */
    NOTHING,
    /** Text. */
    TEXT,
    /** Text whose continuation could begin with the same words, so that a repetition is indistinguishable from it. */
    AMBIGUOUS_TEXT,
    /** Reasoning or a block that the vendor alone interprets, with or without text. */
    REASONING,
    /** A tool call. */
    TOOL_CALL,
    /** A refusal in a field of its own, or sound: neither is comparable with that of another answer. */
    REFUSAL;

    /**
     * @param fragment text received from the failed server after the delivered text
     */
    static DeliveredContent in(ChatResponseAggregator shown, String fragment) {
        if (shown.hasRefusal() || hasSound(shown)) {
            return REFUSAL;
        }
        if (!shown.toolCalls().isEmpty()) {
            return TOOL_CALL;
        }
        if (shown.hasReasoning() || wholeBlocks(shown) > 0) {
            return REASONING;
        }
        if (shown.length() == 0) {
            return NOTHING;
        }
        return PrefillSeam.isAmbiguous(shown.text(), fragment) ? AMBIGUOUS_TEXT : TEXT;
    }

    private static boolean hasSound(ChatResponseAggregator shown) {
        return shown.blocks().stream().anyMatch(ContentBlock.Audio.class::isInstance);
    }

    /** Number of blocks that came whole: images, sound, files and those that only their origin interprets. */
    static int wholeBlocks(ChatResponseAggregator shown) {
        return (int) shown.blocks().stream()
                .filter(block -> !(block instanceof ContentBlock.Text
                        || block instanceof ContentBlock.Refusal
                        || block instanceof ReasoningBlock
                        || block instanceof ToolCall))
                .count();
    }
}

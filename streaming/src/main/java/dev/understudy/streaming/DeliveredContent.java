package dev.understudy.streaming;

import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.streaming.seam.PrefillSeam;

/** What the audience has heard when a stream is cut, as far as it matters for how to go on. The strongest counts. */
enum DeliveredContent {
    /** Nothing: the answer can be asked for again and nobody notices. */
    NOTHING,
    /** Text. */
    TEXT,
    /** Text whose continuation could begin with the same words, so that an echo could not be told from it. */
    AMBIGUOUS_TEXT,
    /** Reasoning, with or without text. */
    REASONING,
    /** A tool call. */
    TOOL_CALL,
    /** A refusal that the vendor tells apart from text. */
    REFUSAL;

    /**
     * @param fragment what the failed server had said behind what was shown
     */
    static DeliveredContent in(ChatResponseAggregator shown, String fragment) {
        if (shown.hasRefusal()) {
            return REFUSAL;
        }
        if (!shown.toolCalls().isEmpty()) {
            return TOOL_CALL;
        }
        if (shown.hasReasoning()) {
            return REASONING;
        }
        if (shown.length() == 0) {
            return NOTHING;
        }
        return PrefillSeam.isAmbiguous(shown.text(), fragment) ? AMBIGUOUS_TEXT : TEXT;
    }
}

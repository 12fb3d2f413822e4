package dev.understudy.chat;

/**
 * Reason why an answer ended, in one vocabulary for all vendors. The vendor's own value is
 * {@link VendorMetadata#finishReason()}.
 */
public enum FinishReason {
    /** The model finished its answer, or a stop sequence was reached. */
    STOP,
    /** The limit of tokens or the end of the context window was reached. */
    LENGTH,
    /** The model requests tool calls and continues with their results. */
    TOOL_CALLS,
    /** The vendor's content policy ended the answer, or the model refused. */
    CONTENT_FILTER,
    /** The vendor paused a long turn; a request with the answer appended continues the turn. */
    PAUSE,
    /** Generation failed, as reported by the vendor. */
    ERROR,
    /** A value unknown to this library. */
    OTHER
}

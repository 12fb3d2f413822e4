package dev.understudy.chat;

/** Why an answer ended, in one vocabulary for all vendors. The vendor's own word is in {@link VendorMetadata#finishReason()}. */
public enum FinishReason {
    /** The model had said all. */
    STOP,
    /** The token limit or the context window was reached. */
    LENGTH,
    /** The model waits for results of its tool calls. */
    TOOL_CALLS,
    /** The vendor's policy ended the answer, or the model refused. */
    CONTENT_FILTER,
    /** The vendor paused a long turn; send the answer back to go on. */
    PAUSE,
    /** The vendor reports that generation failed. */
    ERROR,
    /** A word we do not know. */
    OTHER
}

package dev.understudy.chat;

import dev.understudy.chat.StreamChunk.ResumeToken;

/** Feature of a model at a provider that a request may need. */
public enum Feature {
    /** Tool calls. */
    TOOLS,
    /** Streamed answers. */
    STREAMING,
    /** Tool calls in streamed answers. */
    STREAMING_TOOLS,
    /** Images in user messages and tool results. */
    VISION,
    /** Answers that conform to a JSON schema. */
    JSON_SCHEMA,
    /** Reasoning before the answer, possibly without any content for minutes. */
    REASONING,
    /**
     * Loading of the model into memory when it is requested, as local servers do, possibly without any content for a
     * minute. Never needed by a request; selects the timeouts.
     */
    LOADING,
    /** Continuation of a trailing assistant message. */
    PREFILL,
    /** Retrieval of a response that the vendor keeps while generating it; see {@link ResumeToken}. */
    SAME_RESPONSE
}

package dev.understudy.chat;

/** What a model at a provider can do, as far as a request may need it. */
public enum Feature {
    /** Calls tools. */
    TOOLS,
    /** Answers token by token. */
    STREAMING,
    /** Tells tool calls on a stream. */
    STREAMING_TOOLS,
    /** Reads images. */
    VISION,
    /** Holds its answer to a JSON schema. */
    JSON_SCHEMA,
    /** Thinks before it answers, and may be silent for minutes while it does. */
    REASONING,
    /** Continues a trailing assistant message instead of starting anew. */
    PREFILL,
    /** Keeps an answer while it is produced, and tells it again to whoever lost the stream; see {@link ResumeToken}. */
    SAME_RESPONSE
}

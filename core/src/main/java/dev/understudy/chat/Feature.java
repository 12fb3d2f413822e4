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
    /** Gives an answer that was begun once more, word for word, when it is asked for again. No dialect can do it yet. */
    SAME_RESPONSE
}

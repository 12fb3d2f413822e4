package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatRequest;

/** Names of the dialects, as in {@link ChatRequest#extra()} and in the origin of a reasoning signature. */
public final class DialectName {

    public static final String ANTHROPIC = "anthropic";
    public static final String BEDROCK_CONVERSE = "bedrock-converse";
    public static final String COHERE = "cohere";
    public static final String GEMINI = "gemini";
    public static final String GEMINI_INTERACTIONS = "gemini-interactions";
    public static final String OLLAMA = "ollama";
    public static final String OPENAI_CHAT = "openai-chat";
    public static final String OPENAI_RESPONSES = "openai-responses";

    private DialectName() {}
}

package dev.understudy.provider;

import java.util.Map;

/**
 * How a server is told that a trailing assistant message is the beginning of its answer, where that needs to be told.
 *
 * @param inMessage fields that are added to that message
 * @param inRequest fields that are added to the request
 */
public record Continuation(Map<String, Boolean> inMessage, Map<String, Boolean> inRequest) {

    private static final Continuation PREFIX = new Continuation(Map.of("prefix", true), Map.of());
    private static final Continuation FINAL_MESSAGE =
            new Continuation(Map.of(), Map.of("add_generation_prompt", false, "continue_final_message", true));

    public Continuation {
        inMessage = Map.copyOf(inMessage);
        inRequest = Map.copyOf(inRequest);
    }

    /** {@code prefix: true} in the message, as DeepSeek and Mistral have it. */
    public static Continuation prefix() {
        return PREFIX;
    }

    /** {@code continue_final_message: true} and {@code add_generation_prompt: false} in the request, as vLLM has it. */
    public static Continuation finalMessage() {
        return FINAL_MESSAGE;
    }
}

package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatRequest;

/** Log probabilities in answers. */
public final class Logprobs {

    /** Usual name of the field. */
    public static final String FIELD = "logprobs";

    private Logprobs() {}

    /** Returns true if they were asked for, possibly by a field of the dialect; others are not kept. */
    public static boolean areAskedFor(ChatRequest request, String dialect) {
        return request.options().topLogprobs() != null
                || (!request.extra().isEmpty() && request.extra().containsKey(dialect));
    }
}

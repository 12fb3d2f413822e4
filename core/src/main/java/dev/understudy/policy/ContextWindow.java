package dev.understudy.policy;

import dev.understudy.chat.ChatRequest;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Trimming of conversations that are too long for a model: the oldest turns are dropped from the request of one
 * attempt. The caller's request is never changed. System messages, the last user message and the end of the
 * conversation are never dropped, and a tool call is dropped only together with all its results.
 *
 * <p>Set for a client with {@link dev.understudy.UnderstudyBuilder#contextWindow}, or for single calls with
 * {@code flux.contextWrite(ContextWindow.keep(8_000))}. The latter replaces the client's policy as a whole; the one
 * written nearest to the call applies.
 *
 * @param tokens most tokens of prompt to send, 1 or more; {@code null} for no limit besides the model's window
 * @param modelWindow {@code true} if the model's window is also a limit where it is known (declared in its capabilities, or
 *     learned from an overflow); {@code true} by default
 * @param overflow action when a vendor reports an overflow and no route has a larger window;
 *     {@link Overflow#DROP_OLDEST_HALF} by default
 * @param reserve tokens of the model's window kept for the answer when the request has no {@code maxTokens}, 0 or more,
 *     limited to a quarter of the window; 1024 by default
 * @param counter token counter; {@link TokenCounter#characters()} by default
 */
public record ContextWindow(
        @Nullable Integer tokens, boolean modelWindow, Overflow overflow, int reserve, TokenCounter counter)
        implements UnaryOperator<Context> {

    /** Action after a vendor reported an overflow and no route has a larger window. */
    public enum Overflow {
        /**
         * Drops the oldest half of the messages in whole turns, system messages excepted, and sends the request again;
         * once per route.
         */
        DROP_OLDEST_HALF,
        /** Fails the call. */
        FAIL
    }

    private static final ContextWindow DEFAULTS =
            new ContextWindow(null, true, Overflow.DROP_OLDEST_HALF, 1_024, TokenCounter.characters());

    /**
     * Checks the values.
     *
     * @param tokens most tokens of prompt to send
     * @param modelWindow {@code true} if the model's window is also a limit where it is known
     * @param overflow action when a vendor reports an overflow and no route has a larger window
     * @param reserve tokens of the model's window kept for the answer when the request has no {@code maxTokens}
     * @param counter token counter
     * @throws IllegalArgumentException if a value is out of its range
     */
    public ContextWindow {
        if (tokens != null && tokens < 1) {
            throw new IllegalArgumentException("tokens is 1 or more, or null for no limit: " + tokens);
        }
        if (reserve < 0) {
            throw new IllegalArgumentException("reserve is 0 or more: " + reserve);
        }
    }

    /**
     * Returns the default: trims to the model's window where it is known, and drops the oldest half after an overflow.
     *
     * @return the policy
     */
    public static ContextWindow defaults() {
        return DEFAULTS;
    }

    /**
     * Returns a policy that sends at most this number of prompt tokens, and never more than the model's window where it
     * is known.
     *
     * @param tokens most tokens of prompt, 1 or more
     * @return the policy
     */
    public static ContextWindow keep(int tokens) {
        return DEFAULTS.withTokens(tokens);
    }

    /**
     * Returns a policy that drops nothing: after an overflow a route with a larger window is tried, otherwise the call
     * fails.
     *
     * @return the policy
     */
    public static ContextWindow none() {
        return new ContextWindow(null, false, Overflow.FAIL, DEFAULTS.reserve, DEFAULTS.counter);
    }

    /**
     * Returns the policy in a Reactor Context.
     *
     * @param context the Context of a call
     * @return the policy; {@code null} if none is set
     */
    public static @Nullable ContextWindow from(ContextView context) {
        return context.hasKey(ContextWindow.class) ? context.get(ContextWindow.class) : null;
    }

    /**
     * Writes this policy into the Context. Called by {@code contextWrite}.
     *
     * @param context the Context of a call
     * @return the Context with this policy
     */
    @Override
    public Context apply(Context context) {
        return context.put(ContextWindow.class, this);
    }

    /**
     * Returns a copy with another limit of prompt tokens.
     *
     * @param tokens 1 or more; {@code null} for no limit besides the model's window
     * @return a copy
     */
    public ContextWindow withTokens(@Nullable Integer tokens) {
        return new ContextWindow(tokens, modelWindow, overflow, reserve, counter);
    }

    /**
     * Returns a copy that does or does not trim to the model's window.
     *
     * @param modelWindow {@code true} if the model's window is a limit where it is known
     * @return a copy
     */
    public ContextWindow withModelWindow(boolean modelWindow) {
        return new ContextWindow(tokens, modelWindow, overflow, reserve, counter);
    }

    /**
     * Returns a copy with another action after an overflow.
     *
     * @param overflow the action
     * @return a copy
     */
    public ContextWindow withOverflow(Overflow overflow) {
        return new ContextWindow(tokens, modelWindow, overflow, reserve, counter);
    }

    /**
     * Returns a copy with another reserve for the answer.
     *
     * @param reserve tokens, 0 or more
     * @return a copy
     */
    public ContextWindow withReserve(int reserve) {
        return new ContextWindow(tokens, modelWindow, overflow, reserve, counter);
    }

    /**
     * Returns a copy with another token counter.
     *
     * @param counter the counter
     * @return a copy
     */
    public ContextWindow withCounter(TokenCounter counter) {
        return new ContextWindow(tokens, modelWindow, overflow, reserve, counter);
    }

    /**
     * Computes the most tokens of prompt that may be sent to a model.
     *
     * @param request the request, whose {@code maxTokens} is kept free for the answer
     * @param window the model's context window in tokens; {@code null} if unknown
     * @return the limit in tokens; {@code null} for no limit
     */
    public @Nullable Integer limit(ChatRequest request, @Nullable Integer window) {
        if (!modelWindow || window == null) {
            return tokens;
        }
        int free = window - answer(request, window);
        return tokens == null ? free : Math.min(tokens, free);
    }

    /**
     * Returns the tokens kept for the answer. A {@code maxTokens} as large as the window leaves no space for a prompt;
     * vendors that accept such a value reduce it.
     */
    private int answer(ChatRequest request, int window) {
        Integer asked = request.sampling().maxTokens();
        return asked != null && asked < window ? asked : Math.min(reserve, window / 4);
    }
}

package dev.understudy.policy;

import dev.understudy.chat.ChatRequest;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * What becomes of a conversation that is too long for a model: its oldest turns are dropped, for this call only. The
 * caller's request is never changed; system messages, the last user message and the end of the conversation are never
 * dropped, and a tool call goes only together with all its results.
 *
 * <p>It is set on the door, or for the calls below a place in the pipeline: {@code
 * flux.contextWrite(ContextWindow.keep(8_000))}. There it replaces the door's policy as a whole, and inner values win.
 *
 * @param tokens at most so many tokens of prompt are sent; {@code null} for no limit of our own
 * @param modelWindow whether the model's window is a limit too where it is known: declared in its capabilities, or
 *     learned from an overflow
 * @param overflow what follows when a vendor says that the conversation is too long and nobody has a larger window
 * @param reserve tokens of the model's window that are kept for the answer when the request names no {@code maxTokens};
 *     never more than a quarter of the window; 1024
 * @param counter how tokens are counted; {@link TokenCounter#characters()}
 */
public record ContextWindow(
        @Nullable Integer tokens, boolean modelWindow, Overflow overflow, int reserve, TokenCounter counter)
        implements UnaryOperator<Context> {

    /** What follows when a vendor says that the conversation is too long and nobody has a larger window. */
    public enum Overflow {
        /** Once per route the oldest half of the messages is dropped in whole turns, system messages aside. */
        DROP_OLDEST_HALF,
        /** The call fails. */
        FAIL
    }

    private static final ContextWindow AUTO =
            new ContextWindow(null, true, Overflow.DROP_OLDEST_HALF, 1_024, TokenCounter.characters());

    public ContextWindow {
        if (tokens != null && tokens < 1) {
            throw new IllegalArgumentException("tokens is 1 or more, or null for no limit: " + tokens);
        }
        if (reserve < 0) {
            throw new IllegalArgumentException("reserve is 0 or more: " + reserve);
        }
    }

    /** The default: the model's window where it is known, and the oldest half dropped after an overflow. */
    public static ContextWindow auto() {
        return AUTO;
    }

    /** Sends at most so many tokens of prompt, and never more than the model's window where it is known. */
    public static ContextWindow keep(int tokens) {
        return AUTO.withTokens(tokens);
    }

    /** Drops nothing, ever: an overflow goes to a model with a larger window, or fails. */
    public static ContextWindow off() {
        return new ContextWindow(null, false, Overflow.FAIL, AUTO.reserve, AUTO.counter);
    }

    /** What the Context says, if it says anything. */
    public static @Nullable ContextWindow from(ContextView context) {
        return context.hasKey(ContextWindow.class) ? context.get(ContextWindow.class) : null;
    }

    /** Writes this policy into the Context: what {@code contextWrite} calls. */
    @Override
    public Context apply(Context context) {
        return context.put(ContextWindow.class, this);
    }

    public ContextWindow withTokens(@Nullable Integer tokens) {
        return new ContextWindow(tokens, modelWindow, overflow, reserve, counter);
    }

    public ContextWindow withModelWindow(boolean modelWindow) {
        return new ContextWindow(tokens, modelWindow, overflow, reserve, counter);
    }

    public ContextWindow withOverflow(Overflow overflow) {
        return new ContextWindow(tokens, modelWindow, overflow, reserve, counter);
    }

    public ContextWindow withReserve(int reserve) {
        return new ContextWindow(tokens, modelWindow, overflow, reserve, counter);
    }

    public ContextWindow withCounter(TokenCounter counter) {
        return new ContextWindow(tokens, modelWindow, overflow, reserve, counter);
    }

    /** How many tokens of prompt may be sent to a model with this window, or {@code null} when nothing limits them. */
    public @Nullable Integer limit(ChatRequest request, @Nullable Integer window) {
        if (!modelWindow || window == null) {
            return tokens;
        }
        int room = window - answer(request, window);
        return tokens == null ? room : Math.min(tokens, room);
    }

    /** A maxTokens that leaves no room for a prompt is a wish, and vendors that take it cut it down. */
    private int answer(ChatRequest request, int window) {
        Integer asked = request.sampling().maxTokens();
        return asked != null && asked < window ? asked : Math.min(reserve, window / 4);
    }
}

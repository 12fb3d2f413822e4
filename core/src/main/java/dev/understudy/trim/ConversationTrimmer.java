package dev.understudy.trim;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.TokenCounter;
import org.jspecify.annotations.Nullable;

/** Drops the oldest turns of a conversation that is too long. Pure: requests are not modified. */
public final class ConversationTrimmer {

    /** Result of trimming. */
    public sealed interface Outcome {

        /** The request to send: the original object if nothing was dropped. */
        ChatRequest request();
    }

    /** The request is within the limit. */
    public record Fits(ChatRequest request) implements Outcome {}

    /**
     * The oldest turns were dropped.
     *
     * @param request the shortened request
     * @param messages number of dropped messages
     * @param tokens tokens of the dropped messages, by the counter of the policy
     * @param fits true if the shortened request is within the limit; if not, nothing more can be dropped
     */
    public record Shorter(ChatRequest request, int messages, int tokens, boolean fits) implements Outcome {

        /** Returns this result combined with one that shortened it further. */
        public Shorter then(Shorter more) {
            return new Shorter(more.request, messages + more.messages, tokens + more.tokens, more.fits);
        }
    }

    /** The request is too long, and nothing can be dropped from it. */
    public record Irreducible(ChatRequest request) implements Outcome {

        public static final String MESSAGE =
                "The conversation does not fit the model's context window and cannot be reduced further";
    }

    private ConversationTrimmer() {}

    /** Trims before a call, by the policy and the model's context window if it is known. */
    public static Outcome before(ChatRequest request, ContextWindow policy, @Nullable Integer window) {
        Integer limit = policy.limit(request, window);
        return limit == null ? new Fits(request) : fit(request, limit, policy.counter());
    }

    /**
     * Trims after an overflow, by the policy.
     *
     * @param sent the request that was too long, as sent
     * @param window the model's window, as learned from this overflow or known before
     */
    public static Outcome after(ChatRequest sent, ContextWindow policy, @Nullable Integer window) {
        if (policy.overflow() == ContextWindow.Overflow.FAIL) {
            return new Irreducible(sent);
        }
        Integer limit = policy.limit(sent, window);
        return shorten(sent, limit == null ? Long.MAX_VALUE : limit, half(sent), policy.counter());
    }

    /** Drops as few of the oldest turns as necessary to fit, or all that can be dropped if that is not enough. */
    static Outcome fit(ChatRequest request, int tokens, TokenCounter counter) {
        return shorten(request, tokens, 0, counter);
    }

    /** Drops the oldest half of the messages other than system messages, rounded down, and the rest of that turn. */
    static Outcome afterOverflow(ChatRequest request, TokenCounter counter) {
        return shorten(request, Long.MAX_VALUE, half(request), counter);
    }

    private static int half(ChatRequest request) {
        long conversation = request.messages().stream()
                .filter(message -> !(message instanceof Message.System))
                .count();
        return (int) Math.max(1, conversation / 2);
    }

    /** Applies the smallest cut that drops enough messages and leaves few enough tokens; else the largest. */
    private static Outcome shorten(ChatRequest request, long limit, int minDropped, TokenCounter counter) {
        int[] costs = request.messages().stream().mapToInt(counter::count).toArray();
        long total = fixed(request, counter);
        for (int cost : costs) {
            total += cost;
        }
        if (minDropped == 0 && total <= limit) {
            return new Fits(request);
        }
        TrimPoints trimPoints = TrimPoints.of(request.messages());
        if (trimPoints.at().isEmpty()) {
            return new Irreducible(request);
        }
        int messages = 0;
        long tokens = 0;
        int from = 0;
        for (int cut : trimPoints.at()) {
            for (; from < cut; from++) {
                if (trimPoints.drops(from, cut)) {
                    messages++;
                    tokens += costs[from];
                }
            }
            if (messages >= minDropped && total - tokens <= limit) {
                break;
            }
        }
        return new Shorter(
                request.withMessages(trimPoints.kept(from)),
                messages,
                (int) Math.min(Integer.MAX_VALUE, tokens),
                total - tokens <= limit);
    }

    /** Tokens of tools and response schema, which are part of every prompt. */
    private static long fixed(ChatRequest request, TokenCounter counter) {
        long tokens = 0;
        for (Tool tool : request.toolSet().tools()) {
            tokens += counter.count(Message.system(tool.name() + ' ' + tool.description() + ' ' + tool.schema()));
        }
        if (request.format() instanceof ResponseFormat.JsonSchema format) {
            tokens += counter.count(Message.system(format.name() + ' ' + format.schema()));
        }
        return tokens;
    }
}

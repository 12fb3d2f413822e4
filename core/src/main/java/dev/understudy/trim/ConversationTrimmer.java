package dev.understudy.trim;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.TokenCounter;
import org.jspecify.annotations.Nullable;

/** Drops the oldest turns of a conversation that is too long. Pure: the request that comes in stays what it was. */
public final class ConversationTrimmer {

    /** What became of a request. */
    public sealed interface Outcome {

        /** What should be sent: the very same object if nothing was dropped. */
        ChatRequest request();
    }

    /** It is not too long. */
    public record Fits(ChatRequest request) implements Outcome {}

    /**
     * Its oldest turns are gone.
     *
     * @param request what is left
     * @param messages how many were dropped
     * @param tokens how many those were, as the policy counts
     * @param fits whether what is left is within the limit; if not, nothing more can be dropped
     */
    public record Shorter(ChatRequest request, int messages, int tokens, boolean fits) implements Outcome {

        /** All that is gone when still more had to go. */
        public Shorter then(Shorter more) {
            return new Shorter(more.request, messages + more.messages, tokens + more.tokens, more.fits);
        }
    }

    /** It is too long, and nothing can be dropped from it. */
    public record Stuck(ChatRequest request) implements Outcome {

        public static final String WHY =
                "The conversation does not fit the model's context window and cannot be reduced further";
    }

    private ConversationTrimmer() {}

    /** Before a call, by the caller's policy and the model's window as far as it is known. */
    public static Outcome before(ChatRequest request, ContextWindow policy, @Nullable Integer window) {
        Integer limit = policy.limit(request, window);
        return limit == null ? new Fits(request) : fit(request, limit, policy.counter());
    }

    /**
     * After an overflow, by the caller's policy.
     *
     * @param sent what was too long, as it was sent
     * @param window the model's window, as learned from this overflow or known before
     */
    public static Outcome after(ChatRequest sent, ContextWindow policy, @Nullable Integer window) {
        if (policy.overflow() == ContextWindow.Overflow.FAIL) {
            return new Stuck(sent);
        }
        Integer limit = policy.limit(sent, window);
        return shorten(sent, limit == null ? Long.MAX_VALUE : limit, half(sent), policy.counter());
    }

    /** Drops as few of the oldest turns as it takes to fit, or all that can be dropped if it never does. */
    static Outcome fit(ChatRequest request, int tokens, TokenCounter counter) {
        return shorten(request, tokens, 0, counter);
    }

    /** Drops the oldest half of what is no system message, rounded down, and then on to the end of that turn. */
    static Outcome afterOverflow(ChatRequest request, TokenCounter counter) {
        return shorten(request, Long.MAX_VALUE, half(request), counter);
    }

    private static int half(ChatRequest request) {
        long said = request.messages().stream()
                .filter(message -> !(message instanceof Message.System))
                .count();
        return (int) Math.max(1, said / 2);
    }

    /** The smallest cut that drops at least so many messages and leaves at most so many tokens; else the largest. */
    private static Outcome shorten(ChatRequest request, long limit, int atLeast, TokenCounter counter) {
        int[] costs = request.messages().stream().mapToInt(counter::count).toArray();
        long left = fixed(request, counter);
        for (int cost : costs) {
            left += cost;
        }
        if (atLeast == 0 && left <= limit) {
            return new Fits(request);
        }
        TrimPoints trimPoints = TrimPoints.of(request.messages());
        if (trimPoints.at().isEmpty()) {
            return new Stuck(request);
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
            if (messages >= atLeast && left - tokens <= limit) {
                break;
            }
        }
        return new Shorter(
                request.withMessages(trimPoints.kept(from)),
                messages,
                (int) Math.min(Integer.MAX_VALUE, tokens),
                left - tokens <= limit);
    }

    /** Tools and the schema of the answer are part of every prompt. */
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

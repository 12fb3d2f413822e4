package dev.understudy.streaming;

import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.streaming.seam.ReplaySeam;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an attempt tells again besides text, compared with what was shown: its reasoning and its tool calls. */
final class ReplayComparison {

    private final boolean resumes;
    private final @Nullable ReplaySeam thoughts;
    private final int sealsShown;
    private final List<ToolCall> callsShown;
    private int seals;
    private int calls;

    ReplayComparison(AttemptSpec attemptSpec, ChatResponseAggregator shown) {
        boolean compares = attemptSpec.compares();
        this.resumes = attemptSpec.resumes();
        // Where text was shown, the reasoning of another answer is of no interest; without text it is all there is to
        // compare. The same answer told again has the same reasoning, before its text or after it.
        boolean ofInterest = resumes || shown.length() == 0;
        this.thoughts = compares && ofInterest && shown.hasReasoning() ? new ReplaySeam(shown.reasoning()) : null;
        this.sealsShown = compares ? shown.reasoningBlocks().size() : 0;
        this.callsShown = compares ? shown.toolCalls() : List.of();
    }

    /** Whether its reasoning has to be the one that was shown. */
    boolean isReasoned() {
        return thoughts != null;
    }

    /** What is new in it, possibly nothing; {@code null} when it is other reasoning than was shown. */
    StreamChunk.@Nullable Reasoning fresh(StreamChunk.Reasoning chunk) {
        if (thoughts == null) {
            return chunk;
        }
        String fresh = thoughts.add(chunk.thought());
        if (fresh == null) {
            return null;
        }
        boolean sealShown = chunk.closes() != null && seals++ < sealsShown;
        return new StreamChunk.Reasoning(fresh, sealShown ? null : chunk.closes());
    }

    /** Whether it goes on although not all the reasoning that was shown was told again. */
    boolean reasonsLess() {
        return thoughts != null && !thoughts.isJoined() && !resumes;
    }

    /** Whether calls that were shown were not told again yet. */
    boolean awaitsCalls() {
        return calls < callsShown.size();
    }

    /** Whether this is the next of them. */
    boolean isNext(ToolCall call) {
        ToolCall before = callsShown.get(calls++);
        return before.name().equals(call.name()) && before.arguments().equals(call.arguments());
    }
}

package dev.understudy.streaming;

import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.streaming.seam.ReplaySeam;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Comparison of a repeated answer with the delivered part, for reasoning and tool calls. */
final class ReplayComparison {

    private final boolean resumes;
    private final @Nullable ReplaySeam thoughts;
    private final int sealsShown;
    private final List<ToolCall> callsShown;
    private int blocksAwaited;
    private int seals;
    private int calls;

    ReplayComparison(AttemptSpec attemptSpec, ChatResponseAggregator shown) {
        boolean compares = attemptSpec.compares();
        this.resumes = attemptSpec.resumes();
        // Where text was shown, the reasoning of another answer is of no interest; without text it is all there is to
        // compare. The same answer has the same reasoning, before its text or after it.
        boolean ofInterest = resumes || shown.length() == 0;
        this.thoughts = compares && ofInterest && shown.hasReasoning() ? new ReplaySeam(shown.reasoning()) : null;
        this.sealsShown = compares ? shown.reasoningBlocks().size() : 0;
        this.callsShown = compares ? shown.toolCalls() : List.of();
        this.blocksAwaited = compares ? DeliveredContent.wholeBlocks(shown) : 0;
    }

    /** True if the reasoning has to equal the delivered one. */
    boolean isReasoned() {
        return thoughts != null;
    }

    /** New part of the reasoning, possibly empty; {@code null} when it differs from the delivered one. */
    StreamChunk.@Nullable Reasoning fresh(StreamChunk.Reasoning chunk) {
        if (thoughts == null) {
            return chunk;
        }
        String fresh = thoughts.add(chunk.thought());
        if (fresh == null) {
            return null;
        }
        boolean sealShown = chunk.closes() != null && seals++ < sealsShown;
        return new StreamChunk.Reasoning(fresh, sealShown ? null : chunk.closes(), chunk.block());
    }

    /** True if the answer continues although a part of the delivered reasoning was not repeated. */
    boolean reasonsLess() {
        return thoughts != null && !thoughts.isJoined() && !resumes;
    }

    /** True if delivered tool calls were not repeated yet. */
    boolean awaitsCalls() {
        return calls < callsShown.size();
    }

    /** True if delivered blocks other than text, reasoning, refusal and calls were not repeated yet. */
    boolean awaitsBlocks() {
        return blocksAwaited > 0;
    }

    /** Counts a repeated block; its data may differ from run to run. */
    void repeatBlock() {
        blocksAwaited--;
    }

    /** True if the call equals the next delivered one. */
    boolean isNext(ToolCall call) {
        ToolCall before = callsShown.get(calls++);
        return before.name().equals(call.name()) && before.arguments().equals(call.arguments());
    }
}

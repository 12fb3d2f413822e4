package dev.understudy.streaming;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.StreamChunk.ResumeToken;
import dev.understudy.policy.TokenCounter;
import dev.understudy.streaming.operator.StatefulOperator;
import dev.understudy.streaming.seam.PieceBoundaries;
import dev.understudy.streaming.seam.Seam;
import dev.understudy.streaming.seam.WordCommitter;
import org.jspecify.annotations.Nullable;

/**
 * Processing of one attempt's chunks: text is joined to the delivered text and delivered word by word, tool calls are
 * delivered whole, and any end other than a finish becomes a {@link StreamInterruption}.
 */
final class AttemptStage implements StatefulOperator.Handler<StreamChunk, StreamChunk> {

    private final AttemptSpec attemptSpec;
    private final ChatResponseAggregator shown;
    private final AttemptAccount attemptAccount;
    private final PieceBoundaries pieces;
    private final Seam seam;
    private final WordCommitter wordCommitter;
    private final PartialToolCalls partialToolCalls = new PartialToolCalls();
    private final ReplayComparison replayComparison;
    private final ChunkDelivery chunkDelivery;
    private final @Nullable HedgedTakeover hedgedTakeover;
    private final int base;
    private @Nullable ResumeToken kept;
    private int textBlock = StreamChunk.UNNUMBERED;
    private int received; // text of the answer so far, by this attempt
    private int piecesReceived; // by this attempt
    private boolean content;
    private boolean finished;
    private boolean abandoned;

    /**
     * @param longestWord characters of one word that are held before it is delivered in parts
     * @param shown content delivered so far
     * @param pieces ends of the pieces of that content, unless this attempt repeats it
     * @param hedgedTakeover starts another attempt when this one is silent; null for none
     */
    AttemptStage(
            AttemptSpec attemptSpec,
            int longestWord,
            ChatResponseAggregator shown,
            PieceBoundaries pieces,
            AttemptAccount attemptAccount,
            ChunkDelivery chunkDelivery,
            @Nullable HedgedTakeover hedgedTakeover) {
        this.attemptSpec = attemptSpec;
        this.shown = shown;
        this.pieces = pieces;
        this.attemptAccount = attemptAccount;
        this.base = attemptSpec.takesBack() ? 0 : shown.length();
        this.seam = attemptSpec.seam();
        this.wordCommitter = new WordCommitter(longestWord);
        this.replayComparison = new ReplayComparison(attemptSpec, shown);
        this.chunkDelivery = chunkDelivery;
        this.hedgedTakeover = hedgedTakeover;
        this.kept = attemptSpec.kept();
        this.received = attemptSpec.continues() ? base : 0;
    }

    @Override
    public void next(StreamChunk chunk, StatefulOperator.Sink<StreamChunk> sink) {
        if (finished || abandoned || (hedgedTakeover != null && !hedgedTakeover.receives(chunk, sink))) {
            return;
        }
        if (chunk instanceof StreamChunk.Text words) {
            content = true;
            textBlock(words.block(), sink);
            piecesReceived += words.isContent() ? 1 : 0;
            String fresh = seam.add(words.text());
            received += attemptSpec.continues() ? length(fresh) : words.text().length();
            pieces.add(received);
            text(fresh, sink);
        } else if (chunk instanceof StreamChunk.Finish finish) {
            finish(finish, sink);
        } else if (chunk instanceof StreamChunk.ToolCallPart part) {
            content = true;
            partialToolCalls.add(part);
        } else if (chunk instanceof StreamChunk.ToolCallDone done) {
            content = true;
            toolCall(done, sink);
        } else if (chunk instanceof StreamChunk.Reasoning reasoning) {
            content |= reasoning.isContent();
            reasoning(reasoning, sink);
        } else if (chunk instanceof StreamChunk.Resumable offer) {
            kept = attemptSpec.continues() ? null : offer.token(); // a continuation is not all of the answer
        } else if (chunk instanceof StreamChunk.BlockData) {
            if (seam.isJoined() && !replayComparison.awaitsBlocks()) {
                behindText(chunk, sink);
            }
        } else if (chunk instanceof StreamChunk.Block && replayComparison.awaitsBlocks()) {
            replayComparison.repeatBlock();
        } else if (chunk instanceof StreamChunk.Refusal && attemptSpec.compares()) {
            refusal(chunk, sink);
        } else if (attemptSpec.isTakeover()
                && !attemptSpec.fresh()
                && !attemptSpec.takesBack()
                && !chunkDelivery.isVisible()) {
            abandon("the answer does not continue", sink);
        } else if (chunk instanceof StreamChunk.Reset reset) {
            reset(reset, sink);
        } else {
            content |= chunk.isContent();
            behindText(chunk, sink);
        }
    }

    /** Text of another block is not joined to the text that is held. */
    private void textBlock(int block, StatefulOperator.Sink<StreamChunk> sink) {
        if (block != textBlock) {
            if (seam.isJoined()) {
                flush(sink);
            }
            textBlock = block;
        }
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    private void text(@Nullable String fresh, StatefulOperator.Sink<StreamChunk> sink) {
        if (fresh == null) {
            abandon("the answer differs from the delivered one", sink);
            return;
        }
        if (replayComparison.reasonsLess()) {
            abandon("a part of the reasoning is missing", sink);
            return;
        }
        String ripe = wordCommitter.add(fresh);
        if (!ripe.isEmpty()) {
            deliver(new StreamChunk.Text(ripe, textBlock), sink);
        }
    }

    private void reasoning(StreamChunk.Reasoning chunk, StatefulOperator.Sink<StreamChunk> sink) {
        if (!replayComparison.isReasoned() && !seam.isJoined()) {
            return;
        }
        StreamChunk.Reasoning rest = replayComparison.fresh(chunk);
        if (rest == null) {
            abandon("the reasoning differs", sink);
        } else if (rest.isContent()) {
            behindText(rest, sink);
        }
    }

    /** Delivers a refusal at the end of a repeated answer, after all delivered content. */
    private void refusal(StreamChunk chunk, StatefulOperator.Sink<StreamChunk> sink) {
        if (settle(sink)) {
            behindText(chunk, sink);
        }
    }

    private void toolCall(StreamChunk.ToolCallDone done, StatefulOperator.Sink<StreamChunk> sink) {
        partialToolCalls.done(done.index());
        if (replayComparison.awaitsCalls()) {
            if (!replayComparison.isNext(done.call())) {
                abandon("a tool call differs", sink);
            }
            return;
        }
        if (settle(sink)) {
            behindText(done, sink);
        }
    }

    /** Ends the text before other content. */
    private boolean settle(StatefulOperator.Sink<StreamChunk> sink) {
        if (!seam.isJoined()) {
            text(seam.end(), sink);
        }
        if (!abandoned && replayComparison.reasonsLess()) {
            abandon("a part of the reasoning is missing", sink);
        }
        return !abandoned;
    }

    private void finish(StreamChunk.Finish finish, StatefulOperator.Sink<StreamChunk> sink) {
        boolean limited = finish.reason() == FinishReason.LENGTH && isLimited();
        if (limited && !seam.isJoined() && !seam.kept().isEmpty()) {
            abandon("the answer begins again, and its limit of tokens ends it", sink);
            return;
        }
        if (!settle(sink)) {
            return;
        }
        if (limited && isShortened()) {
            terminate(null, sink);
            abandoned = true;
            return;
        }
        if (replayComparison.awaitsCalls()) {
            abandon("a tool call is missing", sink);
            return;
        }
        flush(sink);
        if (finish.reason() == FinishReason.TOOL_CALLS || finish.reason() == FinishReason.STOP) {
            partialToolCalls.close().forEach(call -> chunkDelivery.offer(call, sink));
        }
        chunkDelivery.open(sink);
        chunkDelivery.offer(attemptAccount.finish(finish, attemptSpec), sink);
        finished = true;
    }

    /**
     * True if the server may have applied the limit of tokens of a continuation to the whole answer: it began the answer
     * again, and no more pieces came than that limit. The answer is shorter than the caller's limit then.
     */
    private boolean isShortened() {
        Integer limit = attemptSpec.request().sampling().maxTokens();
        return limit != null && seam.isRepeated() && piecesReceived <= limit;
    }

    /** True if the request has a limit of tokens that is reduced by what was received before. */
    private boolean isLimited() {
        return attemptSpec.continues() && attemptSpec.request().sampling().maxTokens() != null;
    }

    /**
     * Handles a retraction by the provider itself, for one a provider that resumes streams. Offsets count from its own
     * beginning.
     */
    private void reset(StreamChunk.Reset reset, StatefulOperator.Sink<StreamChunk> sink) {
        if (attemptSpec.continues() || attemptSpec.compares()) {
            abandon("the delivered part is retracted", sink);
            return;
        }
        chunkDelivery.open(sink);
        String held = wordCommitter.flush();
        int keep = Math.max(0, Math.min(held.length(), reset.discardFromOffset() - shown.length()));
        wordCommitter.add(held.substring(0, keep));
        received = Math.min(received, reset.discardFromOffset());
        pieces.truncate(received);
        chunkDelivery.offer(
                new StreamChunk.Reset(Math.min(shown.length(), reset.discardFromOffset()), reset.reason()), sink);
    }

    private void behindText(StreamChunk chunk, StatefulOperator.Sink<StreamChunk> sink) {
        flush(sink);
        deliver(chunk, sink);
    }

    /** Another answer numbers its blocks in its own way, so its chunks continue the latest block. */
    private void deliver(StreamChunk chunk, StatefulOperator.Sink<StreamChunk> sink) {
        boolean other = attemptSpec.continues() || (attemptSpec.compares() && !attemptSpec.resumes());
        chunkDelivery.offer(other ? chunk.withBlock(StreamChunk.UNNUMBERED) : chunk, sink);
    }

    private void flush(StatefulOperator.Sink<StreamChunk> sink) {
        String rest = wordCommitter.flush();
        if (!rest.isEmpty()) {
            deliver(new StreamChunk.Text(rest, textBlock), sink);
        }
    }

    @Override
    public void onTimer(StatefulOperator.Sink<StreamChunk> sink) {
        if (chunkDelivery.isTimed()) {
            chunkDelivery.open(sink);
        }
        if (hedgedTakeover != null && !finished && !abandoned) {
            hedgedTakeover.onTimer(this::silent, sink);
        }
    }

    /** The interruption that a silence would be, with what was received so far. */
    private StreamInterruption silent(Failure failure) {
        StreamInterruption.Sort sort = StreamInterruption.Sort.BROKEN;
        boolean visible = chunkDelivery.isVisible();
        ServedBy servedBy = attemptAccount.ended(null, failure, sort, attemptSpec, visible, receivedTokens());
        PieceBoundaries received = pieces.upTo(Integer.MAX_VALUE);
        return new StreamInterruption(sort, failure, servedBy, fragment(), received, visible, kept, null);
    }

    @Override
    public boolean isTimed() {
        return chunkDelivery.isTimed() || hedgedTakeover != null;
    }

    @Override
    public boolean awaitsEnd() {
        return finished;
    }

    @Override
    public void terminate(@Nullable Throwable error, StatefulOperator.Sink<StreamChunk> sink) {
        if (finished) {
            sink.end(null);
            return;
        }
        if (StreamInterruption.isUnexpected(error) && !attemptSpec.isTakeover()) {
            sink.end(error);
            return;
        }
        Failure failure = StreamInterruption.failure(error);
        StreamInterruption.Sort sort = StreamInterruption.Sort.of(error, content);
        if (sort == StreamInterruption.Sort.BROKEN || attemptSpec.isTakeover()) {
            boolean visible = chunkDelivery.isVisible();
            ServedBy servedBy = attemptAccount.ended(error, failure, sort, attemptSpec, visible, receivedTokens());
            sink.end(new StreamInterruption(sort, failure, servedBy, fragment(), pieces, visible, kept, error));
        } else {
            sink.end(error != null ? error : new ChatException.CallFailed(failure));
        }
    }

    private void abandon(String reason, StatefulOperator.Sink<StreamChunk> sink) {
        abandoned = true;
        Failure failure =
                Failure.of(FailureKind.PROTOCOL, reason + ", detected after " + shown.length() + " characters");
        ServedBy servedBy = attemptAccount.entry(attemptSpec, AttemptLog.Outcome.WASTED, failure, receivedTokens());
        sink.end(new StreamInterruption(
                StreamInterruption.Sort.ABANDONED,
                failure,
                servedBy,
                null,
                pieces,
                chunkDelivery.isVisible(),
                null,
                null));
    }

    private @Nullable String fragment() {
        String held = seam.isJoined() ? wordCommitter.held() : "";
        return held.isEmpty() && !chunkDelivery.isVisible() ? null : held;
    }

    /** Known tokens received in this attempt. */
    private int receivedTokens() {
        String delivered = chunkDelivery.isVisible() ? shown.text().substring(Math.min(base, shown.length())) : "";
        return TokenCounter.estimate(seam.kept())
                + TokenCounter.estimate(delivered)
                + TokenCounter.estimate(wordCommitter.held())
                + TokenCounter.estimate(partialToolCalls.received());
    }
}

package dev.understudy.streaming;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.TokenCounter;
import dev.understudy.streaming.seam.PieceBoundaries;
import dev.understudy.streaming.seam.WordBoundaries;
import java.util.List;

/**
 * Content that another process delivered before it ended. Acts as a first attempt that was interrupted after its content,
 * with no evidence against the route that produced it.
 *
 * @param content the delivered content
 * @param pieces ends of its pieces of text
 */
record DeliveredBefore(ChatResponseAggregator content, PieceBoundaries pieces) {

    static DeliveredBefore of(List<StreamChunk> chunks) {
        ChatResponseAggregator content = new ChatResponseAggregator();
        PieceBoundaries pieces = new PieceBoundaries();
        for (StreamChunk chunk : chunks) {
            content.add(chunk);
            if (chunk instanceof StreamChunk.Reset reset) {
                pieces.truncate(reset.discardFromOffset());
            } else {
                pieces.add(content.length() - spaceAtTheEnd(chunk.text()));
            }
        }
        return new DeliveredBefore(content, pieces);
    }

    /** Tokens end before white space more often than behind it, and text is delivered with the space behind a word. */
    private static int spaceAtTheEnd(String text) {
        int end = text.length();
        while (end > 0 && WordBoundaries.isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.length() - end;
    }

    StreamInterruption interruption(AttemptAccount attemptAccount, AttemptSpec attemptSpec) {
        Failure failure = Failure.of(FailureKind.TRUNCATED, "the process that delivered the answer ended");
        ServedBy servedBy = attemptAccount.entry(
                attemptSpec, AttemptLog.Outcome.PARTIAL, failure, TokenCounter.estimate(content.text()));
        return new StreamInterruption(StreamInterruption.Sort.BROKEN, failure, servedBy, "", pieces, true, null, null);
    }
}

package dev.understudy.streaming;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk.ResumeToken;
import dev.understudy.streaming.seam.PieceBoundaries;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * End of an attempt that gave no complete answer, as input of the {@link TakeoverPlanner}. Never leaves this package.
 */
final class StreamInterruption extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Progress of the attempt. */
    enum Sort {
        /** Nothing was sent, because no route supports the request. */
        REJECTED,
        /** No route answered. */
        MISSED,
        /** The answer began, but does not fit the strategy. */
        ABANDONED,
        /** The answer was interrupted after its first content. */
        BROKEN;

        /**
         * Classifies the end of an attempt.
         *
         * @param content {@code true} if the answer had begun
         */
        static Sort of(@Nullable Throwable error, boolean content) {
            if (content || error instanceof ChatException.PartialAnswer) {
                return BROKEN;
            }
            return error instanceof ChatException.Rejected ? REJECTED : MISSED;
        }
    }

    final transient Sort sort;
    final transient Failure failure;
    final transient ServedBy servedBy;

    /** Received text after the delivered text; {@code null} when no more is known than before. */
    final transient @Nullable String fragment;

    /** Ends of the pieces of the delivered text and of the fragment. */
    final transient PieceBoundaries pieces;

    /** True if a part of the attempt was delivered. */
    final boolean visible;

    /** Token for requesting the stored answer again from its vendor; {@code null} if that is impossible. */
    final transient @Nullable ResumeToken kept;

    StreamInterruption(
            Sort sort,
            Failure failure,
            ServedBy servedBy,
            @Nullable String fragment,
            PieceBoundaries pieces,
            boolean visible,
            @Nullable ResumeToken kept,
            @Nullable Throwable cause) {
        super(failure.toString(), cause, false, false);
        this.sort = sort;
        this.failure = sort == Sort.BROKEN ? failure.afterContent() : failure;
        this.servedBy = servedBy;
        this.fragment = fragment;
        this.pieces = pieces;
        this.visible = visible;
        this.kept = kept;
    }

    AttemptLog attemptLog() {
        return servedBy.attemptLog();
    }

    /** True if the vendor can send the stored answer again now. */
    boolean isKept() {
        return kept != null && kept.isAlive();
    }

    String route() {
        return servedBy.provider() + "/" + servedBy.model();
    }

    ChatException.CallFailed asFailed() {
        return getCause() instanceof ChatException.CallFailed failed ? failed : new ChatException.CallFailed(failure);
    }

    /** The failure without its cause, but with the text of the vendor. */
    ChatException.CallFailed asCut() {
        ChatException.CallFailed cut = new ChatException.CallFailed(failure);
        return getCause() instanceof ChatException cause ? cut.withVendorText(cause::vendorText) : cut;
    }

    /** The failure of a stream that ended without a finish reason. */
    static Failure failure(@Nullable Throwable error) {
        return error == null
                ? Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason")
                : Failure.of(error);
    }

    /** True if the error is an exception that providers are not expected to signal, such as a programming error. */
    static boolean isUnexpected(@Nullable Throwable error) {
        return error != null
                && !(error instanceof ChatException)
                && !(error instanceof TimeoutException)
                && !(error instanceof IOException);
    }
}

package dev.understudy.streaming;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ResumeToken;
import dev.understudy.chat.ServedBy;
import dev.understudy.streaming.seam.PieceBoundaries;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The end of an attempt that gave no whole answer, on its way to what follows. Never leaves this package. */
final class StreamInterruption extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** How far the attempt came. */
    enum Sort {
        /** Nothing was sent, for nobody can do it. */
        REJECTED,
        /** Nobody answered. */
        MISSED,
        /** It answered, but not as the way needs it. */
        ABANDONED,
        /** It died after its first content. */
        BROKEN;

        /** @param content whether it had begun to answer */
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

    /** What it had said behind what was shown; {@code null} when that is not known better than before. */
    final transient @Nullable String fragment;

    /** Where the pieces of what was shown and of the fragment ended. */
    final transient PieceBoundaries pieces;

    /** Whether anything of it was shown. */
    final boolean visible;

    /** How its vendor can be asked to tell all of the answer again; {@code null} if it cannot. */
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
        this.failure = failure;
        this.servedBy = servedBy;
        this.fragment = fragment;
        this.pieces = pieces;
        this.visible = visible;
        this.kept = kept;
    }

    AttemptLog trail() {
        return servedBy.attemptLog();
    }

    /** Whether its vendor can tell it again now. */
    boolean isKept() {
        return kept != null && kept.isAlive();
    }

    String route() {
        return servedBy.provider() + "/" + servedBy.model();
    }

    ChatException.CallFailed asFailed() {
        return getCause() instanceof ChatException.CallFailed failed ? failed : new ChatException.CallFailed(failure);
    }

    /** The failure of a stream that ended without a finish reason. */
    static Failure failure(@Nullable Throwable error) {
        return error == null
                ? Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason")
                : Failure.of(error);
    }

    /** Whether the error is an exception that providers are not expected to signal, such as a programming error. */
    static boolean isUnexpected(@Nullable Throwable error) {
        return error != null
                && !(error instanceof ChatException)
                && !(error instanceof TimeoutException)
                && !(error instanceof IOException);
    }
}

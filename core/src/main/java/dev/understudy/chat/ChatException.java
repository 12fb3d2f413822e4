package dev.understudy.chat;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Failure of a call, or of a stream after its first content. Has no stack trace: the message contains the
 * {@link Failure} and the {@link AttemptLog}. Contains no secret and no prompt.
 */
public abstract sealed class ChatException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private ChatException(String message, @Nullable Throwable cause) {
        super(PrintableText.lines(message), cause, true, false);
    }

    /**
     * Returns the failure that describes the cause best: that of the attempt, of the first attempt that failed if there
     * were several, or of what ended a stream. When no provider could be asked, SKIPPED if a later call may succeed, and
     * UNSUPPORTED otherwise.
     *
     * @return the failure
     */
    public abstract Failure failure();

    /**
     * Returns the vendor's error as it was received, for the analysis of one failure: the body of the response, or the error
     * within a stream. At most 16,384 characters. Keys of the endpoint are removed. The text may quote the prompt and contain
     * control characters; therefore no message, event or log line contains it.
     *
     * @return the error of the attempt that {@link #failure} describes; {@code null} if the vendor sent none
     */
    public @Nullable String vendorText() {
        return getCause() instanceof ChatException cause ? cause.vendorText() : null;
    }

    /** Failure of one attempt at one provider. */
    public static final class CallFailed extends ChatException {
        private static final long serialVersionUID = 1L;
        private final transient Failure failure;
        private final transient @Nullable Supplier<@Nullable String> vendorText;

        /**
         * Creates the exception of a failure.
         *
         * @param failure the failure
         */
        public CallFailed(Failure failure) {
            this(failure, null, null);
        }

        /**
         * Creates the exception of a failure with a cause.
         *
         * @param failure the failure
         * @param cause the exception that the provider signalled
         */
        public CallFailed(Failure failure, Throwable cause) {
            this(failure, cause, null);
        }

        private CallFailed(
                Failure failure, @Nullable Throwable cause, @Nullable Supplier<@Nullable String> vendorText) {
            super(failure.toString(), cause);
            this.failure = failure;
            this.vendorText = vendorText;
        }

        @Override
        public @Nullable String vendorText() {
            return vendorText == null ? null : vendorText.get();
        }

        /**
         * Returns a copy with another text of the vendor.
         *
         * @param vendorText called by each {@link #vendorText()}; its result must hold no key
         * @return a copy
         */
        public CallFailed withVendorText(Supplier<@Nullable String> vendorText) {
            return new CallFailed(failure, getCause(), vendorText);
        }

        @Override
        public Failure failure() {
            return failure;
        }

        /**
         * Returns a copy with another failure, and the present cause and text of the vendor.
         *
         * @param failure the failure
         * @return a copy
         */
        public CallFailed with(Failure failure) {
            return new CallFailed(failure, getCause(), vendorText);
        }
    }

    /**
     * Failure of a call after all its routes failed, or its time limit was reached. The cause is the exception of the
     * first attempt that failed; those of later attempts are suppressed exceptions.
     */
    public static final class Exhausted extends ChatException {
        private static final long serialVersionUID = 1L;
        private final transient AttemptLog attemptLog;
        private final String reason;

        /**
         * Creates the exception of a call.
         *
         * @param reason first line of the message
         * @param attemptLog attempts and skipped routes
         * @param failures exceptions of the attempts, in order
         */
        public Exhausted(String reason, AttemptLog attemptLog, List<CallFailed> failures) {
            super(
                    attemptLog.attempts().isEmpty() ? reason : reason + ". Attempts:\n" + lines(attemptLog),
                    first(failures));
            this.attemptLog = attemptLog;
            this.reason = reason;
            failures.stream().filter(failure -> failure != getCause()).forEach(this::addSuppressed);
        }

        private static @Nullable CallFailed first(List<CallFailed> failures) {
            return failures.stream()
                    .filter(failed -> failed.failure().kind() != FailureKind.SKIPPED)
                    .findFirst()
                    .orElse(failures.isEmpty() ? null : failures.get(0));
        }

        private static String lines(AttemptLog attemptLog) {
            return attemptLog.attempts().stream()
                    .map(AttemptLog.Attempt::toString)
                    .collect(Collectors.joining("\n"));
        }

        @Override
        public Failure failure() {
            Failure logged = attemptLog.cause();
            boolean unsent = logged == null || logged.kind() == FailureKind.SKIPPED;
            Failure cause = unsent && getCause() instanceof CallFailed failed ? failed.failure() : logged;
            if (cause == null) {
                return Failure.of(FailureKind.SERVER, reason);
            }
            return cause.retryAfter() == null ? cause : cause.withRetryAfter(soonest(cause.retryAfter()));
        }

        /** Returns the shortest Retry-After of all routes: after it, one of them may be asked. */
        private Duration soonest(Duration told) {
            Duration soonest = told;
            for (AttemptLog.Attempt attempt : attemptLog.attempts()) {
                Duration other =
                        attempt.failure() == null ? null : attempt.failure().retryAfter();
                soonest = other != null && other.compareTo(soonest) < 0 ? other : soonest;
            }
            return soonest;
        }

        /**
         * Returns the attempts and the skipped routes of the call.
         *
         * @return the log
         */
        public AttemptLog attemptLog() {
            return attemptLog;
        }

        /**
         * Returns the first line of the message, without the attempts.
         *
         * @return the line
         */
        public String reason() {
            return reason;
        }
    }

    /**
     * Rejection of a call for which nothing was sent, because no provider could have answered. The message says what is
     * missing, and {@link #reason()} whether another call may succeed.
     */
    public static final class Rejected extends ChatException {
        private static final long serialVersionUID = 1L;

        /** Reason of a rejection. */
        public enum Reason {
            /** No provider supports the request, or it cannot be written: it will be rejected again. */
            UNSUPPORTED,
            /** Providers that could answer are held back, or the client is closed: a later call may succeed. */
            UNAVAILABLE,
            /** Code of the application threw, such as a token counter or the capabilities of a provider. */
            CODE_FAILED
        }

        private final Reason reason;
        private final transient AttemptLog attemptLog;

        /**
         * Creates the exception of a call that no provider supports, without skipped routes.
         *
         * @param message the reason
         */
        public Rejected(String message) {
            this(Reason.UNSUPPORTED, message, AttemptLog.empty(), null);
        }

        /**
         * Creates the exception of a call.
         *
         * @param reason the reason
         * @param message the reason in words
         * @param attemptLog the skipped routes
         * @param cause the exception that was thrown; {@code null} for none
         */
        public Rejected(Reason reason, String message, AttemptLog attemptLog, @Nullable Throwable cause) {
            super(message, cause);
            this.reason = reason;
            this.attemptLog = attemptLog;
        }

        @Override
        public Failure failure() {
            FailureKind kind = reason == Reason.UNAVAILABLE ? FailureKind.SKIPPED : FailureKind.UNSUPPORTED;
            return Failure.of(kind, String.valueOf(getMessage()));
        }

        /**
         * Returns the reason.
         *
         * @return the reason
         */
        public Reason reason() {
            return reason;
        }

        /**
         * Returns the skipped routes of the call.
         *
         * @return the log
         */
        public AttemptLog attemptLog() {
            return attemptLog;
        }
    }

    /**
     * Failure of a stream after its first content. The delivered chunks are a correct but incomplete beginning of the
     * answer.
     */
    public static final class PartialAnswer extends ChatException {
        private static final long serialVersionUID = 1L;
        private final transient Failure failure;
        private final transient ChatResponse partial;

        /**
         * Creates the exception of a stream.
         *
         * @param failure the failure that ended the stream
         * @param partial the delivered part of the answer
         */
        public PartialAnswer(Failure failure, ChatResponse partial) {
            this(new CallFailed(failure), partial);
        }

        /**
         * Creates the exception of a stream with the exception that ended it as cause.
         *
         * @param failed the exception that ended the stream
         * @param partial the delivered part of the answer
         */
        public PartialAnswer(CallFailed failed, ChatResponse partial) {
            super(
                    "The answer was cut after " + partial.text().length() + " characters by "
                            + partial.servedBy().provider() + "/"
                            + partial.servedBy().model() + ": " + failed.failure(),
                    failed);
            this.failure = failed.failure();
            this.partial = partial;
        }

        @Override
        public Failure failure() {
            return failure;
        }

        /**
         * Returns the delivered part of the answer: text, reasoning and complete tool calls, with finish reason ERROR.
         *
         * @return the incomplete response
         */
        public ChatResponse partial() {
            return partial;
        }

        /**
         * Returns the attempts and the skipped routes of the call.
         *
         * @return the log
         */
        public AttemptLog attemptLog() {
            return partial.servedBy().attemptLog();
        }
    }
}

package dev.understudy.chat;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Why a call gave no (whole) answer. Carries no stack trace: what matters is the {@link Failure} and the {@link AttemptLog},
 * and both are in the message. Never carries a secret or a prompt.
 */
public abstract sealed class ChatException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private ChatException(String message, @Nullable Throwable cause) {
        super(message, cause, true, false);
    }

    /**
     * The failure that tells best what happened: of the one attempt; of the first attempt that failed when several did; of
     * what cut a stream; UNSUPPORTED when no provider could be asked.
     */
    public abstract Failure failure();

    /** One attempt at one provider failed. */
    public static final class CallFailed extends ChatException {
        private static final long serialVersionUID = 1L;
        private final transient Failure failure;

        public CallFailed(Failure failure) {
            super(failure.toString(), null);
            this.failure = failure;
        }

        /** Keeps what a provider of another kind signalled as the cause. */
        public CallFailed(Failure failure, Throwable cause) {
            super(failure.toString(), cause);
            this.failure = failure;
        }

        @Override
        public Failure failure() {
            return failure;
        }

        /** The same exception with another failure in it. */
        public CallFailed with(Failure failure) {
            return getCause() == null ? new CallFailed(failure) : new CallFailed(failure, getCause());
        }
    }

    /**
     * All providers and models of a call failed, or its time was over. The cause is the first real failure; the later
     * ones are suppressed exceptions.
     */
    public static final class Exhausted extends ChatException {
        private static final long serialVersionUID = 1L;
        private final transient AttemptLog attemptLog;
        private final String why;

        /**
         * @param why the first line of the message
         * @param attemptLog what happened
         * @param failures the same as exceptions, in order
         */
        public Exhausted(String why, AttemptLog attemptLog, List<CallFailed> failures) {
            super(attemptLog.attempts().isEmpty() ? why : why + ". Attempts:\n" + lines(attemptLog), first(failures));
            this.attemptLog = attemptLog;
            this.why = why;
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
            Failure cause = attemptLog.cause();
            return cause == null ? Failure.of(FailureKind.SERVER, why) : cause;
        }

        public AttemptLog trail() {
            return attemptLog;
        }

        /** The first line of the message, without the attempts. */
        public String why() {
            return why;
        }
    }

    /** Nothing was sent, because no provider could have answered: what is missing is in the message. */
    public static final class Rejected extends ChatException {
        private static final long serialVersionUID = 1L;
        private final transient AttemptLog attemptLog;

        public Rejected(String message) {
            this(message, AttemptLog.empty());
        }

        public Rejected(String message, AttemptLog attemptLog) {
            super(message, null);
            this.attemptLog = attemptLog;
        }

        @Override
        public Failure failure() {
            return Failure.of(FailureKind.UNSUPPORTED, String.valueOf(getMessage()));
        }

        /** Keeps what code of the caller threw as the cause. */
        public Rejected(String message, AttemptLog attemptLog, Throwable cause) {
            super(message, cause);
            this.attemptLog = attemptLog;
        }

        public AttemptLog trail() {
            return attemptLog;
        }
    }

    /** A stream died after its first content. What was delivered is a true beginning of the answer, not all of it. */
    public static final class PartialAnswer extends ChatException {
        private static final long serialVersionUID = 1L;
        private final transient Failure failure;
        private final transient ChatResponse partial;

        public PartialAnswer(Failure failure, ChatResponse partial) {
            super(
                    "The answer was cut after " + partial.text().length() + " characters by "
                            + partial.served().provider() + "/"
                            + partial.served().model() + ": " + failure,
                    new CallFailed(failure));
            this.failure = failure;
            this.partial = partial;
        }

        @Override
        public Failure failure() {
            return failure;
        }

        /** What was delivered: text, reasoning and the tool calls that were whole. Its finish reason is ERROR. */
        public ChatResponse partial() {
            return partial;
        }

        public AttemptLog trail() {
            return partial.served().attemptLog();
        }
    }
}

package dev.understudy.chat;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One failure, typed by the evidence. Made by a provider, judged by the walk. Holds no secret and no prompt: messages
 * are redacted before they get here.
 *
 * @param kind what went wrong
 * @param message in the vendor's words where there are any, redacted and bounded
 * @param status HTTP status, 0 when there was none
 * @param code the vendor's own error code or type
 * @param phase where in the call it happened, where that is known
 * @param advice what the vendor says should be done
 */
public record Failure(
        FailureKind kind,
        String message,
        int status,
        @Nullable String code,
        @Nullable Phase phase,
        Advice advice) {
    public Failure {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(advice, "advice");
    }

    /**
     * What the vendor says should be done about it.
     *
     * @param retryAfter how long to wait; {@code null} when it does not say, never zero
     * @param shouldRetry whether the same request may be sent again ({@code x-should-retry})
     * @param refused the parameter or feature it does not support
     * @param window the real context window, learned from an overflow
     * @param keyFingerprint which key was used
     */
    public record Advice(
            @Nullable Duration retryAfter,
            @Nullable Boolean shouldRetry,
            @Nullable String refused,
            @Nullable Integer window,
            @Nullable String keyFingerprint) {

        private static final Advice NONE = new Advice(null, null, null, null, null);

        public Advice {
            if (retryAfter != null && (retryAfter.isZero() || retryAfter.isNegative())) {
                retryAfter = null;
            }
        }

        public static Advice none() {
            return NONE;
        }
    }

    public static Failure of(FailureKind kind, String message) {
        return new Failure(kind, message, 0, null, null, Advice.none());
    }

    /**
     * Types what a provider signalled. Failures of this library keep theirs; other exceptions are typed by JDK types only,
     * and their messages are not repeated because they may hold secrets.
     *
     * @param error the error
     * @return the failure
     */
    public static Failure of(Throwable error) {
        if (error instanceof ChatException failed) {
            return failed.failure();
        }
        if (error instanceof TimeoutException) {
            return of(FailureKind.TIMEOUT, "the provider gave up waiting");
        }
        if (error instanceof IOException) {
            return of(FailureKind.CONNECT, error.getClass().getSimpleName());
        }
        return of(
                FailureKind.PROTOCOL,
                "the provider failed with " + error.getClass().getName());
    }

    public static Failure timeout(Phase phase, Duration after) {
        String time = millis(after) + " ms";
        String message =
                switch (phase) {
                    case REQUEST -> "the request was not written within " + time;
                    case CONNECT -> "no connection within " + time;
                    case HEADERS, FIRST_CONTENT, RESPONSE -> "no " + phase.label() + " within " + time;
                    case IDLE -> "no further content within " + time;
                    case TOTAL -> "the attempt was not over within " + time;
                    case DEADLINE -> "the time of the call was over after " + time + " of this attempt";
                    case CONSUMER -> "the subscriber asked for nothing for " + time;
                };
        return new Failure(FailureKind.TIMEOUT, message, 0, null, phase, Advice.none());
    }

    /** A limit that is practically for ever has more milliseconds than a long. */
    private static long millis(Duration after) {
        return after.compareTo(Duration.ofMillis(Long.MAX_VALUE)) < 0 ? after.toMillis() : Long.MAX_VALUE;
    }

    public Failure withMessage(String message) {
        return new Failure(kind, message, status, code, phase, advice);
    }

    public Failure withStatus(int status, @Nullable String code) {
        return new Failure(kind, message, status, code, phase, advice);
    }

    public Failure withPhase(Phase phase) {
        return new Failure(kind, message, status, code, phase, advice);
    }

    public Failure withRetryAfter(@Nullable Duration retryAfter) {
        return withAdvice(
                new Advice(retryAfter, advice.shouldRetry, advice.refused, advice.window, advice.keyFingerprint));
    }

    public Failure withShouldRetry(@Nullable Boolean shouldRetry) {
        return withAdvice(
                new Advice(advice.retryAfter, shouldRetry, advice.refused, advice.window, advice.keyFingerprint));
    }

    public Failure withRefused(@Nullable String refused) {
        return withAdvice(
                new Advice(advice.retryAfter, advice.shouldRetry, refused, advice.window, advice.keyFingerprint));
    }

    public Failure withWindow(@Nullable Integer window) {
        return withAdvice(
                new Advice(advice.retryAfter, advice.shouldRetry, advice.refused, window, advice.keyFingerprint));
    }

    public Failure withKeyFingerprint(@Nullable String fingerprint) {
        return withAdvice(
                new Advice(advice.retryAfter, advice.shouldRetry, advice.refused, advice.window, fingerprint));
    }

    private Failure withAdvice(Advice advice) {
        return new Failure(kind, message, status, code, phase, advice);
    }

    public @Nullable Duration retryAfter() {
        return advice.retryAfter;
    }

    /** {@code rate_limited 429 insufficient_quota: message}, with whatever of it is known. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(kind.label());
        if (status != 0) {
            line.append(' ').append(status);
        }
        if (code != null) {
            line.append(' ').append(code);
        }
        return message.isEmpty()
                ? line.toString()
                : line.append(": ").append(message).toString();
    }

    /** Where in a call something happened. */
    public enum Phase {
        /** Before anything was sent: the request cannot be written. */
        REQUEST,
        CONNECT,
        /** Between the request and the response's headers. */
        HEADERS,
        /** Between the headers and the first content. */
        FIRST_CONTENT,
        /** Between two pieces of content. */
        IDLE,
        /** The whole unary answer. */
        RESPONSE,
        /** The whole attempt. */
        TOTAL,
        /** The whole call, by the caller's timeout or deadline. */
        DEADLINE,
        /** The time in which the subscriber asked for nothing. */
        CONSUMER;

        private final String label = name().toLowerCase(Locale.ROOT).replace('_', ' ');

        /** The name in lower case, as it stands in messages. */
        public String label() {
            return label;
        }
    }
}

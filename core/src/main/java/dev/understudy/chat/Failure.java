package dev.understudy.chat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One typed failure, created by a provider and evaluated by the client. Contains no secret and no prompt: messages are
 * redacted before.
 *
 * @param kind kind of the failure
 * @param message the vendor's message where there is one, redacted and bounded in length
 * @param status HTTP status; 0 without a response
 * @param code the vendor's error code or type; {@code null} if unknown
 * @param phase phase of the call; {@code null} if unknown
 * @param advice the vendor's directions for what to do next
 */
public record Failure(
        FailureKind kind,
        String message,
        int status,
        @Nullable String code,
        @Nullable Phase phase,
        Advice advice) {
    /**
     * Checks that no required value is {@code null}.
     *
     * @param kind kind of the failure
     * @param message the vendor's message where there is one
     * @param status HTTP status
     * @param code the vendor's error code or type
     * @param phase phase of the call
     * @param advice the vendor's directions for what to do next
     */
    public Failure {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(advice, "advice");
    }

    /**
     * The vendor's directions for what to do next. {@code null} for what a vendor does not say.
     *
     * @param retryAfter time to wait before the next request, above zero
     * @param shouldRetry {@code true} if an unchanged request may be sent again ({@code x-should-retry})
     * @param refusedParameter parameter or feature that the model does not support
     * @param window actual context window in tokens, learned from an overflow
     * @param keyFingerprint salted fingerprint of the API key
     */
    public record Advice(
            @Nullable Duration retryAfter,
            @Nullable Boolean shouldRetry,
            @Nullable String refusedParameter,
            @Nullable Integer window,
            @Nullable String keyFingerprint) {

        private static final Advice NONE = new Advice(null, null, null, null, null);

        /**
         * Replaces a {@code retryAfter} of zero or less with {@code null}.
         *
         * @param retryAfter time to wait before the next request
         * @param shouldRetry {@code true} if an unchanged request may be sent again
         * @param refusedParameter parameter or feature that the model does not support
         * @param window actual context window in tokens
         * @param keyFingerprint salted fingerprint of the API key
         */
        public Advice {
            if (retryAfter != null && (retryAfter.isZero() || retryAfter.isNegative())) {
                retryAfter = null;
            }
        }

        /**
         * Returns advice without any value.
         *
         * @return the advice
         */
        public static Advice none() {
            return NONE;
        }
    }

    /**
     * Returns a failure of a kind with a message.
     *
     * @param kind kind of the failure
     * @param message the message, without secrets and prompts
     * @return the failure
     */
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
        if (error instanceof TimeoutException || error instanceof SocketTimeoutException) {
            return of(FailureKind.TIMEOUT, "the provider gave up waiting");
        }
        if (error instanceof EOFException) {
            return of(FailureKind.TRUNCATED, "the connection ended within the answer");
        }
        if (error instanceof IOException) {
            return of(FailureKind.CONNECT, error.getClass().getSimpleName());
        }
        return of(
                FailureKind.PROTOCOL,
                "the provider failed with " + error.getClass().getName());
    }

    /**
     * Returns a failure of kind {@link FailureKind#TIMEOUT}.
     *
     * @param phase phase of the call that took too long
     * @param after time after which the timeout occurred
     * @return the failure
     */
    public static Failure timeout(Phase phase, Duration after) {
        String time = millis(after) + " ms";
        String message =
                switch (phase) {
                    case REQUEST -> "the request was not written within " + time;
                    case CONNECT -> "no connection within " + time;
                    case HEADERS, FIRST_CONTENT, RESPONSE -> "no " + phase.label() + " within " + time;
                    case IDLE -> "no further content within " + time;
                    case TOTAL -> "the attempt was not over within " + time;
                    case DEADLINE_SHARE ->
                        "no content within " + time + ", the share of the call's time for one attempt";
                    case DEADLINE -> "the time of the call was over after " + time + " of this attempt";
                    case CONSUMER -> "the subscriber asked for nothing for " + time;
                };
        return new Failure(FailureKind.TIMEOUT, message, 0, null, phase, Advice.none());
    }

    /**
     * Returns this failure as one of a stream that has delivered content. A request whose answer began was not too long,
     * so CONTEXT_OVERFLOW becomes {@link FailureKind#OVERLOADED}. All other kinds are kept.
     *
     * @return the failure
     */
    public Failure afterContent() {
        return kind == FailureKind.CONTEXT_OVERFLOW
                ? new Failure(FailureKind.OVERLOADED, message, status, code, phase, withWindow(null).advice)
                : this;
    }

    /** Returns the milliseconds of a duration; {@link Long#MAX_VALUE} if they are more than a long can hold. */
    private static long millis(Duration after) {
        return after.compareTo(Duration.ofMillis(Long.MAX_VALUE)) < 0 ? after.toMillis() : Long.MAX_VALUE;
    }

    /**
     * Returns a copy with another message.
     *
     * @param message the message, without secrets and prompts
     * @return a copy
     */
    public Failure withMessage(String message) {
        return new Failure(kind, message, status, code, phase, advice);
    }

    /**
     * Returns a copy with another status and code.
     *
     * @param status HTTP status; 0 without a response
     * @param code the vendor's error code or type; {@code null} if unknown
     * @return a copy
     */
    public Failure withStatus(int status, @Nullable String code) {
        return new Failure(kind, message, status, code, phase, advice);
    }

    /**
     * Returns a copy with another phase.
     *
     * @param phase phase of the call
     * @return a copy
     */
    public Failure withPhase(Phase phase) {
        return new Failure(kind, message, status, code, phase, advice);
    }

    /**
     * Returns a copy with another time to wait.
     *
     * @param retryAfter time before the next request; {@code null} if the vendor names none
     * @return a copy
     */
    public Failure withRetryAfter(@Nullable Duration retryAfter) {
        return withAdvice(new Advice(
                retryAfter, advice.shouldRetry, advice.refusedParameter, advice.window, advice.keyFingerprint));
    }

    /**
     * Returns a copy with another retry hint.
     *
     * @param shouldRetry {@code true} if an unchanged request may be sent again; {@code null} if the vendor does not say
     * @return a copy
     */
    public Failure withShouldRetry(@Nullable Boolean shouldRetry) {
        return withAdvice(new Advice(
                advice.retryAfter, shouldRetry, advice.refusedParameter, advice.window, advice.keyFingerprint));
    }

    /**
     * Returns a copy with another refused parameter.
     *
     * @param refusedParameter parameter or feature that the model does not support; {@code null} if unknown
     * @return a copy
     */
    public Failure withRefusedParameter(@Nullable String refusedParameter) {
        return withAdvice(new Advice(
                advice.retryAfter, advice.shouldRetry, refusedParameter, advice.window, advice.keyFingerprint));
    }

    /**
     * Returns a copy with another learned context window.
     *
     * @param window tokens; {@code null} if unknown
     * @return a copy
     */
    public Failure withWindow(@Nullable Integer window) {
        return withAdvice(new Advice(
                advice.retryAfter, advice.shouldRetry, advice.refusedParameter, window, advice.keyFingerprint));
    }

    /**
     * Returns a copy with another key fingerprint.
     *
     * @param fingerprint salted fingerprint of the key; {@code null} if unknown
     * @return a copy
     */
    public Failure withKeyFingerprint(@Nullable String fingerprint) {
        return withAdvice(
                new Advice(advice.retryAfter, advice.shouldRetry, advice.refusedParameter, advice.window, fingerprint));
    }

    private Failure withAdvice(Advice advice) {
        return new Failure(kind, message, status, code, phase, advice);
    }

    /**
     * Returns the time that the vendor asks to wait before the next request.
     *
     * @return the time, above zero; {@code null} if the vendor names none
     */
    public @Nullable Duration retryAfter() {
        return advice.retryAfter;
    }

    /** Returns one line with what is known: {@code rate_limited 429 insufficient_quota: message}. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(kind.label());
        if (status != 0) {
            line.append(' ').append(status);
        }
        if (code != null) {
            line.append(' ').append(code);
        }
        return printable(
                message.isEmpty()
                        ? line.toString()
                        : line.append(": ").append(message).toString());
    }

    /**
     * Escapes what a text must not contain in a terminal or a log line: control and format characters, line ends, private
     * and unassigned characters and lone surrogates become {@code \\u001b}. Texts of events and exceptions are escaped.
     *
     * @param text any text
     * @return the text on one line
     */
    public static String printable(String text) {
        return PrintableText.of(text);
    }

    /** Phase of a call. */
    public enum Phase {
        /** Encoding and writing of the request. */
        REQUEST,
        /** Opening of the connection. */
        CONNECT,
        /** Time from the request to the headers of the response. */
        HEADERS,
        /** Time from the headers to the first content. */
        FIRST_CONTENT,
        /** Time between two pieces of content. */
        IDLE,
        /** Time from the request to a complete unary response. */
        RESPONSE,
        /** Duration of the whole attempt. */
        TOTAL,
        /** Share of the remaining time of the call that an attempt may use while other routes could be asked. */
        DEADLINE_SHARE,
        /** Duration of the whole call, limited by the caller's timeout or deadline. */
        DEADLINE,
        /** Time without demand of the subscriber. */
        CONSUMER;

        private final String label = name().toLowerCase(Locale.ROOT).replace('_', ' ');

        /**
         * Returns the name in lower case with spaces, as in messages.
         *
         * @return the label
         */
        public String label() {
            return label;
        }
    }

    /**
     * Maps exceptions of providers to typed failures, which decide about retry and failover. Called for exceptions other than
     * {@link ChatException}, on the thread of the signal, for each failed attempt: must neither block nor throw.
     */
    @FunctionalInterface
    public interface Classifier {

        /**
         * Returns the failure that an exception stands for. Its message must hold no secret and no prompt.
         *
         * @param error the exception as signalled; its causes may say more
         * @return the failure; {@code null} if this classifier does not know the exception
         */
        @Nullable
        Failure classify(Throwable error);

        /**
         * Returns a classifier that asks this one first, and another one about exceptions that this one does not know.
         *
         * @param next the other classifier
         * @return both in this order
         */
        default Classifier orElse(Classifier next) {
            return error -> {
                Failure failure = classify(error);
                return failure != null ? failure : next.classify(error);
            };
        }
    }
}

package dev.understudy.streaming.kept;

import java.util.Locale;

/** Failure to start or to read a kept stream, which says nothing about the answer itself. Has no stack trace. */
public final class KeptStreamException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Reason of the failure. */
    public enum Reason {
        /** No stream has this id: it expired, or never existed. HTTP status 404 or 410. */
        UNKNOWN("no stream with this id is kept; it may have expired"),
        /** The entries after this position were dropped beyond the limits, or the store lost them. HTTP status 410. */
        POSITION_LOST("the stream does not hold the entries after this position any more"),
        /** The stream was cancelled, by a caller or because no reader was present for longer than the grace period. */
        CANCELLED("the stream was cancelled"),
        /** The store holds as many streams as it may, or the request leaves no room for an answer. HTTP status 503. */
        FULL("the store has no room for this stream"),
        /** The store does not answer, or this instance closes. A reader may come back, to another one. HTTP status 503. */
        UNAVAILABLE("the store does not answer, or this instance closes");

        private final String message;

        Reason(String message) {
            this.message = message;
        }

        /**
         * Returns the name in events and metrics.
         *
         * @return the name in lower case
         */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Reason reason;

    /**
     * Creates the exception.
     *
     * @param reason the reason
     */
    public KeptStreamException(Reason reason) {
        super("Kept stream: " + reason.message, null, false, false);
        this.reason = reason;
    }

    /**
     * Creates the exception with a cause.
     *
     * @param reason the reason
     * @param cause failure of the store
     */
    public KeptStreamException(Reason reason, Throwable cause) {
        super("Kept stream: " + reason.message, cause, false, false);
        this.reason = reason;
    }

    /**
     * Returns the reason.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}

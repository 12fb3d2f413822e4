package dev.understudy.ops;

/** Marks a span as failed, and says no more than the kind: messages of failures repeat what vendors say. */
final class SpanError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SpanError(String kind) {
        super(kind, null, false, false);
    }
}

package dev.understudy.ops;

import org.jspecify.annotations.Nullable;

/**
 * One key of a section: all that is known of it, for reading, for the schema and for the page.
 *
 * @param name as it stands in the document
 * @param type what it may be
 * @param fallback what holds when it is left out; {@code null} for nothing
 * @param required whether it must not be left out
 * @param doc one line for people
 */
record Key<T>(String name, Type<T> type, @Nullable T fallback, boolean required, String doc) {

    static <T> Key<T> of(String name, Type<T> type, T fallback, String doc) {
        return new Key<>(name, type, fallback, false, doc);
    }

    /** Left out it means nothing. */
    static <T> Key<T> optional(String name, Type<T> type, String doc) {
        return new Key<>(name, type, null, false, doc);
    }

    static <T> Key<T> required(String name, Type<T> type, String doc) {
        return new Key<>(name, type, null, true, doc);
    }
}

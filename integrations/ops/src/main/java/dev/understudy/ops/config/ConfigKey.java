package dev.understudy.ops.config;

import org.jspecify.annotations.Nullable;

/**
 * One key of a section, for reading, the schema and the documentation.
 *
 * @param name name in the document
 * @param type type of its values
 * @param fallback default value; {@code null} for none
 * @param required {@code true} if it must not be omitted
 * @param doc description in one line
 */
public record ConfigKey<T>(
        String name, ValueType<T> type, @Nullable T fallback, boolean required, String doc) {

    static <T> ConfigKey<T> of(String name, ValueType<T> type, T fallback, String doc) {
        return new ConfigKey<>(name, type, fallback, false, doc);
    }

    /** Creates a key without a default. */
    static <T> ConfigKey<T> optional(String name, ValueType<T> type, String doc) {
        return new ConfigKey<>(name, type, null, false, doc);
    }

    static <T> ConfigKey<T> required(String name, ValueType<T> type, String doc) {
        return new ConfigKey<>(name, type, null, true, doc);
    }
}

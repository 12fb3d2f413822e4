package dev.understudy.ops.config;

import org.jspecify.annotations.Nullable;

/**
 * One key of a section: all that is known of it, for reading, for the schema and for the page.
 *
 * @param name as it stands in the document
 * @param valueType what it may be
 * @param fallback what holds when it is left out; {@code null} for nothing
 * @param required whether it must not be left out
 * @param doc one line for people
 */
public record ConfigKey<T>(
        String name, ValueType<T> valueType, @Nullable T fallback, boolean required, String doc) {

    static <T> ConfigKey<T> of(String name, ValueType<T> valueType, T fallback, String doc) {
        return new ConfigKey<>(name, valueType, fallback, false, doc);
    }

    /** Left out it means nothing. */
    static <T> ConfigKey<T> optional(String name, ValueType<T> valueType, String doc) {
        return new ConfigKey<>(name, valueType, null, false, doc);
    }

    static <T> ConfigKey<T> required(String name, ValueType<T> valueType, String doc) {
        return new ConfigKey<>(name, valueType, null, true, doc);
    }
}

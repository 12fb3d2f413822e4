package dev.understudy.ops.config;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The values of a section by key. Two are equal when they hold equal values. */
public record ConfigValues(Map<ConfigKey<?>, Object> values) {

    static final ConfigValues NONE = new ConfigValues(Map.of());

    public ConfigValues {
        values = Collections.unmodifiableMap(new HashMap<>(values));
    }

    /** Returns the value or the default of a key. */
    public <T> T get(ConfigKey<T> key) {
        return Objects.requireNonNull(find(key), key.name());
    }

    /** Returns the value or the default of a key; {@code null} if there is neither. */
    public <T> @Nullable T find(ConfigKey<T> key) {
        T value = explicit(key);
        return value == null ? key.fallback() : value;
    }

    /** Returns the value of the document, without the default; {@code null} if there is none. */
    @SuppressWarnings("unchecked")
    <T> @Nullable T explicit(ConfigKey<T> key) {
        return (T) values.get(key);
    }

    /** Returns these values, completed by those of the base. */
    ConfigValues over(ConfigValues base) {
        Map<ConfigKey<?>, Object> both = new HashMap<>(base.values);
        both.putAll(values);
        return new ConfigValues(both);
    }

    public <T> ConfigValues with(ConfigKey<T> key, T value) {
        return new ConfigValues(Map.of(key, value)).over(this);
    }
}

package dev.understudy.ops.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Type of a value in a document. */
public interface ValueType<T> {

    /** Reads the value; returns {@code null}, with an error added, if it is invalid. */
    @Nullable
    T read(ConfigNode node, ConfigErrors errors);

    /** Describes valid values: "a duration: 500ms, 10s, 5m or 1h". */
    String words();

    /** Describes valid values as JSON Schema. */
    Map<String, Object> schema();

    /** Formats a value as in a document. */
    Object written(T value);
}

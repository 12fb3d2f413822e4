package dev.understudy.ops.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What may stand at a place of the document, and what it means. */
public interface ValueType<T> {

    /** The value; {@code null}, and the mistakes told, if there is none. */
    @Nullable
    T read(ConfigNode configNode, ConfigErrors found);

    /** What would be right here: "a duration: 500ms, 10s, 5m or 1h". */
    String words();

    /** The same for JSON Schema. */
    Map<String, Object> schema();

    /** The value as it is written in a document. */
    Object written(T value);
}

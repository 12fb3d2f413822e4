package dev.understudy.provider.json;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.FailureKind;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON in by {@link JsonReader}, JSON out by {@link JsonWriter}, the one place that knows Jackson. What is wrong with
 * received JSON is thrown as {@link FailureKind#PROTOCOL}, in words that hold nothing of its content: {@link JsonErrors}.
 */
public final class Json {

    private Json() {}

    /**
     * Opens a JSON document, whose bytes the reader keeps.
     *
     * @throws CallFailed PROTOCOL if there is nothing in it
     */
    public static JsonReader read(byte[] bytes, int offset, int length) {
        return new JsonReader(bytes, offset, length);
    }

    public static JsonReader read(byte[] bytes) {
        return read(bytes, 0, bytes.length);
    }

    /** The JSON object in {@code text} as nested maps, lists, strings, numbers and booleans; null if it is none. */
    public static @Nullable Map<String, @Nullable Object> object(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            JsonReader in = read(bytes);
            return in.isObject() ? JsonTree.object(in) : null;
        } catch (CallFailed notJson) {
            return null;
        }
    }

    /**
     * Nested maps, lists, strings, numbers and booleans as JSON, always in the same order for equal values.
     *
     * @throws IllegalArgumentException if there is anything else in it
     */
    public static byte[] write(Object value) {
        return JsonWriter.bytes(value);
    }

    /** The same as text. */
    public static String text(@Nullable Object value) {
        return new String(JsonWriter.bytes(value), StandardCharsets.UTF_8);
    }
}

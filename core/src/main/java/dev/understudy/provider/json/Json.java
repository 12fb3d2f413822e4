package dev.understudy.provider.json;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.FailureKind;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Entry points for reading JSON with {@link JsonReader} and writing it with {@link JsonWriter}. Invalid JSON is
 * thrown as {@link FailureKind#PROTOCOL} with a message that quotes none of its content: {@link JsonErrors}.
 */
public final class Json {

    private Json() {}

    /**
     * Opens a JSON document. The reader references the array.
     *
     * @throws CallFailed PROTOCOL if the document is empty
     */
    public static JsonReader read(byte[] bytes, int offset, int length) {
        return new JsonReader().open(bytes, offset, length);
    }

    public static JsonReader read(byte[] bytes) {
        return read(bytes, 0, bytes.length);
    }

    /**
     * Parses a JSON object into nested maps, lists, strings, numbers and booleans; returns null if the text is no
     * JSON object.
     */
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
     * Writes nested maps, lists, strings, numbers and booleans as JSON. Equal values give equal bytes.
     *
     * @throws IllegalArgumentException for a value of any other type
     */
    public static byte[] write(Object value) {
        return JsonWriter.bytes(value);
    }

    /** Writes a value as {@link #write} does, as text. */
    public static String text(@Nullable Object value) {
        return new String(JsonWriter.bytes(value), StandardCharsets.UTF_8);
    }
}

package dev.understudy.ops.event;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Writes JSON documents, and reads small ones strictly. */
public final class JsonDocuments {

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxNumberLength(100)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** A reader with its deserializer resolved: a lookup takes a lock, and bodies are read on event loops. */
    private static final ObjectReader READER = MAPPER.readerFor(Object.class);

    private JsonDocuments() {}

    /**
     * Writes maps, lists, strings, numbers, booleans and nulls as JSON. Ordered maps keep their order. Takes no lock.
     */
    public static byte[] write(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator out = MAPPER.createGenerator(bytes)) {
            write(out, value);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator out, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            out.writeStartObject();
            map.forEach((name, each) -> {
                out.writeName(String.valueOf(name));
                write(out, each);
            });
            out.writeEndObject();
        } else if (value instanceof Iterable<?> list) {
            out.writeStartArray();
            list.forEach(each -> write(out, each));
            out.writeEndArray();
        } else if (value instanceof Integer || value instanceof Long) {
            out.writeNumber(((Number) value).longValue());
        } else if (value instanceof Number number) {
            out.writeNumber(number.doubleValue());
        } else if (value instanceof Boolean flag) {
            out.writeBoolean(flag);
        } else if (value instanceof String text) {
            out.writeString(text);
        } else if (value == null) {
            out.writeNull();
        } else {
            throw new IllegalArgumentException("No JSON is made of a " + value.getClass());
        }
    }

    /**
     * Reads a JSON object.
     *
     * @throws Malformed if the bytes are not a JSON object; the message does not contain them
     */
    public static Map<String, @Nullable Object> object(byte[] bytes) {
        Object value;
        try {
            value = READER.readValue(bytes);
        } catch (JacksonException e) {
            throw new Malformed("The body is no well-formed JSON, or names a field twice");
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new Malformed("The body is not a JSON object");
        }
        @SuppressWarnings("unchecked") // names in JSON objects are strings
        Map<String, @Nullable Object> object = (Map<String, @Nullable Object>) map;
        return object;
    }

    /** Signals a malformed document. */
    public static final class Malformed extends RuntimeException {
        private Malformed(String message) {
            super(message, null, false, false);
        }
    }
}

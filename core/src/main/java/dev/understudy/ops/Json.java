package dev.understudy.ops;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON of the control room: small documents, read strictly. */
final class Json {

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

    private Json() {}

    /** Maps, lists, strings, numbers, booleans and nulls as JSON. Ordered maps keep their order. */
    static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /**
     * The JSON object in {@code bytes}.
     *
     * @throws Malformed if it is none; what is said holds nothing of it
     */
    static Map<String, @Nullable Object> object(byte[] bytes) {
        Object value;
        try {
            value = MAPPER.readValue(bytes, Object.class);
        } catch (JacksonException quotesTheDocument) {
            throw new Malformed("The body is no well-formed JSON, or names a field twice");
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new Malformed("The body is not a JSON object");
        }
        @SuppressWarnings("unchecked") // Jackson's objects have text for keys
        Map<String, @Nullable Object> object = (Map<String, @Nullable Object>) map;
        return object;
    }

    /** What was sent is not what it should be. */
    static final class Malformed extends RuntimeException {
        private Malformed(String message) {
            super(message, null, false, false);
        }
    }
}

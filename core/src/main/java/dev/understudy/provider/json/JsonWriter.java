package dev.understudy.provider.json;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes nested maps, lists, strings, numbers and booleans as compact JSON. Ordered maps keep their order; maps and
 * sets without one are sorted, so that equal values give equal bytes in every process.
 */
final class JsonWriter {

    /** JSON text that is written as it is; its validity is the caller's responsibility. */
    record Raw(String json) {}

    private static final Set<Class<?>> UNORDERED = Set.of(
            HashMap.class,
            Map.of("a", 1, "b", 2).getClass(),
            HashSet.class,
            Set.of("a", "b").getClass(),
            Set.of("a", "b", "c").getClass());

    private static final JsonFactory FACTORY = new JsonFactory();

    private JsonWriter() {}

    static byte[] bytes(@Nullable Object value) {
        Output out = new Output();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            write(json, value, 0);
        }
        return out.bytes();
    }

    /**
     * Keeps a document that is written at once, as most are, without spare room and without a copy. A longer one comes in
     * pieces of the generator's buffer, for which the array doubles.
     */
    private static final class Output extends ByteArrayOutputStream {

        Output() {
            super(0);
        }

        byte[] bytes() {
            return count == buf.length ? buf : toByteArray();
        }
    }

    static String text(@Nullable Object value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }

    private static void write(JsonGenerator json, @Nullable Object value, int depth) {
        if (depth > JsonErrors.MAX_DEPTH) {
            throw new IllegalArgumentException("Nested deeper than " + JsonErrors.MAX_DEPTH + ", or within itself");
        }
        if (value == null) {
            json.writeNull();
        } else if (value instanceof CharSequence || value instanceof Enum || value instanceof Character) {
            json.writeString(wellFormed(value.toString()));
        } else if (value instanceof Boolean bool) {
            json.writeBoolean(bool);
        } else if (value instanceof Number number) {
            write(json, number);
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            Map<?, ?> ordered = UNORDERED.contains(map.getClass()) ? sorted(map) : map;
            for (Map.Entry<?, ?> entry : ordered.entrySet()) {
                json.writeName(wellFormed(String.valueOf(entry.getKey())));
                write(json, entry.getValue(), depth + 1);
            }
            json.writeEndObject();
        } else if (value instanceof Collection<?> list) {
            json.writeStartArray();
            Iterable<?> ordered = UNORDERED.contains(list.getClass()) ? sorted(list) : list;
            for (Object element : ordered) {
                write(json, element, depth + 1);
            }
            json.writeEndArray();
        } else if (value instanceof Object[] array) {
            write(json, Arrays.asList(array), depth);
        } else if (value instanceof Raw raw) {
            json.writeRawValue(raw.json());
        } else {
            throw new IllegalArgumentException(
                    "Cannot be written as JSON, use maps, lists, strings, numbers and booleans: " + value.getClass());
        }
    }

    private static void write(JsonGenerator json, Number number) {
        if (number instanceof Integer || number instanceof Short || number instanceof Byte) {
            json.writeNumber(number.intValue());
        } else if (number instanceof Long) {
            json.writeNumber(number.longValue());
        } else if (number instanceof BigInteger big) {
            json.writeNumber(big);
        } else if (number instanceof BigDecimal big) {
            json.writeNumber(big);
        } else if (!Double.isFinite(number.doubleValue())) {
            throw new IllegalArgumentException("JSON has no such number: " + number);
        } else {
            json.writeNumber(number.toString());
        }
    }

    private static Map<String, Object> sorted(Map<?, ?> map) {
        Map<String, Object> sorted = new TreeMap<>();
        map.forEach((key, value) -> sorted.put(String.valueOf(key), value));
        return sorted;
    }

    private static Iterable<?> sorted(Collection<?> set) {
        Map<String, Object> sorted = new TreeMap<>();
        set.forEach(element -> sorted.put(String.valueOf(element), element));
        return sorted.values();
    }

    /** Replaces a lone surrogate, as left by cutting a text, by U+FFFD. */
    private static String wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (repaired == null) {
                repaired = new StringBuilder(text);
            }
            repaired.setCharAt(i, '\uFFFD');
        }
        return repaired == null ? text : repaired.toString();
    }
}

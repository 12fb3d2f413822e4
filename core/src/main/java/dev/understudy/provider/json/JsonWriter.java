package dev.understudy.provider.json;

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

    private JsonWriter() {}

    static byte[] bytes(@Nullable Object value) {
        JsonOutput out = JsonOutput.take();
        try {
            write(out, value, 0);
            return out.bytes();
        } finally {
            out.giveBack();
        }
    }

    static String text(@Nullable Object value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }

    private static void write(JsonOutput out, @Nullable Object value, int depth) {
        if (depth > JsonErrors.MAX_DEPTH) {
            throw new IllegalArgumentException("Nested deeper than " + JsonErrors.MAX_DEPTH + ", or within itself");
        }
        if (value == null) {
            out.ascii("null");
        } else if (value instanceof CharSequence || value instanceof Enum || value instanceof Character) {
            out.string(value.toString());
        } else if (value instanceof Map<?, ?> map) {
            write(out, UNORDERED.contains(map.getClass()) ? sorted(map) : map, depth);
        } else if (value instanceof Collection<?> list) {
            write(out, UNORDERED.contains(list.getClass()) ? sorted(list) : list, depth);
        } else if (value instanceof Boolean bool) {
            out.ascii(bool ? "true" : "false");
        } else if (value instanceof Number number) {
            write(out, number);
        } else if (value instanceof Object[] array) {
            write(out, Arrays.asList(array), depth);
        } else if (value instanceof Raw raw) {
            out.raw(raw.json());
        } else {
            throw new IllegalArgumentException(
                    "Cannot be written as JSON, use maps, lists, strings, numbers and booleans: " + value.getClass());
        }
    }

    private static void write(JsonOutput out, Map<?, ?> fields, int depth) {
        out.put('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : fields.entrySet()) {
            if (!first) {
                out.put(',');
            }
            first = false;
            out.string(String.valueOf(entry.getKey()));
            out.put(':');
            write(out, entry.getValue(), depth + 1);
        }
        out.put('}');
    }

    private static void write(JsonOutput out, Collection<?> elements, int depth) {
        out.put('[');
        boolean first = true;
        for (Object element : elements) {
            if (!first) {
                out.put(',');
            }
            first = false;
            write(out, element, depth + 1);
        }
        out.put(']');
    }

    private static void write(JsonOutput out, Number number) {
        boolean whole = number instanceof Integer
                || number instanceof Short
                || number instanceof Byte
                || number instanceof Long
                || number instanceof BigInteger
                || number instanceof BigDecimal;
        if (!whole && !Double.isFinite(number.doubleValue())) {
            throw new IllegalArgumentException("JSON has no such number: " + number);
        }
        out.raw(number.toString());
    }

    private static Map<String, Object> sorted(Map<?, ?> map) {
        Map<String, Object> sorted = new TreeMap<>();
        map.forEach((key, value) -> sorted.put(String.valueOf(key), value));
        return sorted;
    }

    private static Collection<Object> sorted(Collection<?> set) {
        Map<String, Object> sorted = new TreeMap<>();
        set.forEach(element -> sorted.put(String.valueOf(element), element));
        return sorted.values();
    }
}

package dev.understudy.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Copies of maps that are written as JSON objects. */
final class JsonObjects {

    /** Class of the maps of {@link Map#of()} with several entries, whose order differs from process to process. */
    private static final Class<?> UNORDERED = Map.of("a", 1, "b", 2).getClass();

    private JsonObjects() {}

    /**
     * Returns an immutable copy in the same order. A map of {@link Map#of()}, which is immutable, is returned itself: a copy
     * would keep the order of this process, and the writer, which sorts such maps, could not know.
     */
    static <V> Map<String, V> copy(Map<String, V> fields) {
        return fields.getClass() == UNORDERED ? fields : Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }
}

package dev.understudy.ops;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a section says: values by key. Equal if it says the same. */
record Values(Map<Key<?>, Object> said) {

    static final Values NONE = new Values(Map.of());

    Values {
        said = Collections.unmodifiableMap(new HashMap<>(said));
    }

    /** What is said, or holds when nothing is. */
    <T> T get(Key<T> key) {
        return Objects.requireNonNull(find(key), key.name());
    }

    /** The same, {@code null} if nothing holds. */
    <T> @Nullable T find(Key<T> key) {
        T value = said(key);
        return value == null ? key.fallback() : value;
    }

    /** What is said, {@code null} if nothing is. */
    @SuppressWarnings("unchecked")
    <T> @Nullable T said(Key<T> key) {
        return (T) said.get(key);
    }

    /** These, and those of the other where these say nothing. */
    Values over(Values base) {
        Map<Key<?>, Object> both = new HashMap<>(base.said);
        both.putAll(said);
        return new Values(both);
    }

    <T> Values with(Key<T> key, T value) {
        return new Values(Map.of(key, value)).over(this);
    }
}

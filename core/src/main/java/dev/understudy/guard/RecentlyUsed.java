package dev.understudy.guard;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Map of a bounded number of entries, for keys that callers may invent. When it is full, the entries used longest ago
 * make room for a new one, a sixteenth of them at a time; use is measured in entries added since. Concurrent insertions
 * may exceed the capacity by the number of their threads. Thread-safe; never blocks.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public final class RecentlyUsed<K, V> {

    private static final int BATCHES = 16;

    private static final class Entry<V> {
        private final V value;
        private volatile long used;

        Entry(V value, long used) {
            this.value = value;
            this.used = used;
        }
    }

    private record Candidate<K, V>(K key, Entry<V> entry, long used) {}

    private final int capacity;
    private final Predicate<? super V> pinned;
    private final Map<K, Entry<V>> entries = new ConcurrentHashMap<>();
    private final AtomicLong added = new AtomicLong();
    private final AtomicBoolean evicting = new AtomicBoolean();

    /** @param pinned selects values that are never evicted */
    public RecentlyUsed(int capacity, Predicate<? super V> pinned) {
        this.capacity = capacity;
        this.pinned = pinned;
    }

    /** Returns the value and marks it as used; {@code null} if there is none. */
    public @Nullable V get(K key) {
        if (added.get() == 0) { // as long as nothing was learned, which each call asks for
            return null;
        }
        Entry<V> entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        long now = added.get();
        if (entry.used != now) {
            entry.used = now;
        }
        return entry.value;
    }

    /** Returns the value and marks it as used; creates it if there is none. */
    public V get(K key, Function<? super K, ? extends V> create) {
        V known = get(key);
        if (known != null) {
            return known;
        }
        long now = makeRoom();
        return entries.computeIfAbsent(key, absent -> new Entry<>(create.apply(absent), now)).value;
    }

    /** Stores a value, or this merger's result if there is one already, and marks it as used. */
    public void merge(K key, V value, BinaryOperator<V> merger) {
        long now = entries.containsKey(key) ? added.get() : makeRoom();
        entries.merge(
                key, new Entry<>(value, now), (known, more) -> new Entry<>(merger.apply(known.value, more.value), now));
    }

    /** Returns true if there is a value; does not mark it as used. */
    public boolean contains(K key) {
        return entries.containsKey(key);
    }

    /** Returns the present values without marking them as used. */
    public List<V> values() {
        return entries.values().stream().map(entry -> entry.value).toList();
    }

    /** Removes the value and returns it; {@code null} if there is none. */
    public @Nullable V remove(K key) {
        Entry<V> entry = entries.remove(key);
        return entry == null ? null : entry.value;
    }

    /** Removes the entry if it holds this very value. */
    public void remove(K key, V value) {
        Entry<V> entry = entries.get(key);
        if (entry != null && entry.value.equals(value)) {
            entries.remove(key, entry);
        }
    }

    public void removeIf(Predicate<? super V> unwanted) {
        entries.values().removeIf(entry -> unwanted.test(entry.value));
    }

    public int size() {
        return entries.size();
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Visits the entries without marking them as used. */
    public void forEach(BiConsumer<? super K, ? super V> visitor) {
        entries.forEach((key, entry) -> visitor.accept(key, entry.value));
    }

    /** Returns the mark of use for a new entry. */
    private long makeRoom() {
        long now = added.incrementAndGet();
        if (entries.size() >= capacity && evicting.compareAndSet(false, true)) {
            try {
                evict();
            } finally {
                evicting.set(false);
            }
        }
        return now;
    }

    private void evict() {
        entries.entrySet().stream()
                .filter(entry -> !pinned.test(entry.getValue().value))
                .map(entry -> new Candidate<>(entry.getKey(), entry.getValue(), entry.getValue().used))
                .sorted(Comparator.comparingLong(Candidate::used))
                .limit(Math.max(1, capacity / BATCHES))
                .forEach(candidate -> entries.remove(candidate.key, candidate.entry));
    }
}

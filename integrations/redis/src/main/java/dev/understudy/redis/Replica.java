package dev.understudy.redis;

import dev.understudy.redis.Entry.Slot;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Knowledge of one instance about the shared state. Merging is commutative, associative and idempotent, so that instances that
 * have received the same entries, in any order and any number of times, agree. Not thread-safe.
 */
final class Replica {

    /** Share of the capacity that is dropped when it is reached, so that not each new entry searches for the oldest one. */
    private static final int DROPPED = 16;

    private final Map<Slot, Entry> entries = new HashMap<>();

    /** Number of entries of each key. The capacity counts keys, as that of the medium does. */
    private final Map<String, Integer> keys = new HashMap<>();

    private final int capacity;

    Replica(int capacity) {
        this.capacity = capacity;
    }

    /** Takes an entry, and returns true if it changes what is in force. */
    boolean merge(Entry entry, long wallClock) {
        Slot slot = entry.slot();
        Entry known = entries.get(slot);
        if (entry.ttl(wallClock) == 0 || (known != null && isInForce(known.stamp(), entry.stamp(), wallClock))) {
            return false;
        }
        if (entry.isEvictable() && !keys.containsKey(slot.key()) && keys.size() >= capacity && !makeRoom(wallClock)) {
            return true;
        }
        if (entries.put(slot, entry) == null) {
            keys.merge(slot.key(), 1, Integer::sum);
        }
        return !isOverridden(entry);
    }

    /** A stamp that this instance drew while its clock was wrong does not win. */
    private static boolean isInForce(Stamp known, Stamp other, long wallClock) {
        return known.compareTo(other) >= 0 && !known.isAhead(wallClock);
    }

    /** A manual choice overrides the automatic ones of instances that did not know of it. */
    private boolean isOverridden(Entry entry) {
        if (!entry.isAutomaticChoice()) {
            return false;
        }
        Entry manual = entries.get(entry.manual());
        return manual != null && manual.stamp().time() > entry.after();
    }

    /** Returns the automatic choices in force that followed this entry, if it is a manual one, whichever arrived first. */
    List<Entry> after(Entry manual) {
        if (!manual.slot().field().equals(Slot.MANUAL)) {
            return List.of();
        }
        return entries.values().stream()
                .filter(entry -> entry.isAutomaticChoice()
                        && entry.manual().equals(manual.slot())
                        && entry.after() >= manual.stamp().time())
                .sorted(Comparator.comparing(Entry::stamp))
                .toList();
    }

    /** Returns the time of the manual choice of the active provider that an automatic one under this key follows. */
    long manualChoice(String key) {
        Entry manual = entries.get(new Slot(key, Slot.MANUAL));
        return manual == null ? 0 : manual.stamp().time();
    }

    @Nullable
    Entry get(Slot slot) {
        return entries.get(slot);
    }

    /** Returns all entries that are kept, those that ended others included. */
    List<Entry> all(long wallClock) {
        dropEnded(wallClock);
        return List.copyOf(entries.values());
    }

    /** Returns the entries in force, in the order in which they were written. */
    List<Entry> inForce(long wallClock) {
        return all(wallClock).stream()
                .filter(entry -> !isOverridden(entry))
                .sorted(Comparator.comparing(Entry::stamp))
                .toList();
    }

    int size() {
        return entries.size();
    }

    /** Drops ended entries, else the oldest ones about models; false if there are none. */
    private boolean makeRoom(long wallClock) {
        dropEnded(wallClock);
        int least = capacity - Math.max(1, capacity / DROPPED);
        if (keys.size() < capacity) {
            return true;
        }
        for (Entry oldest : entries.values().stream()
                .filter(Entry::isEvictable)
                .sorted(Comparator.comparing(Entry::stamp))
                .toList()) {
            if (keys.size() <= least) {
                break;
            }
            drop(oldest);
        }
        return keys.size() < capacity;
    }

    private void dropEnded(long wallClock) {
        List.copyOf(entries.values()).stream()
                .filter(entry -> entry.ttl(wallClock) == 0)
                .forEach(this::drop);
    }

    private void drop(Entry entry) {
        if (entries.remove(entry.slot()) != null) {
            keys.computeIfPresent(entry.slot().key(), (key, number) -> number == 1 ? null : number - 1);
        }
    }
}

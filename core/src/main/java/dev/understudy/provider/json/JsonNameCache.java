package dev.understudy.provider.json;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Caches field names and other frequent short strings, because vendors repeat them in every event. A fixed number of
 * slots, where new entries replace old ones, bounds the memory that hostile input can occupy. Thread-safe.
 */
final class JsonNameCache {

    /**
     * Immutable, so that threads that race for a slot lose at most an entry.
     *
     * @param first the first eight bytes, or all of them
     * @param last the last eight bytes, 0 if the first are all
     */
    private record Known(long first, long last, byte[] spelling, String word) {

        boolean isSpelt(long first, long last, byte[] bytes, int from, int to) {
            int length = to - from;
            return this.first == first
                    && this.last == last
                    && spelling.length == length
                    && (length <= 2 * Long.BYTES || Arrays.equals(spelling, 0, length, bytes, from, to));
        }
    }

    private static final int SLOT_BITS = 10;
    private static final int LONGEST = 64;
    private static final @Nullable Known[] KNOWN = new Known[1 << SLOT_BITS];

    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private JsonNameCache() {}

    /** Returns the string of a range that {@link JsonScanner} accepted. */
    static String of(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length > LONGEST) {
            return JsonString.of(bytes, from, to);
        }
        long first = firstEight(bytes, from, length);
        long last = length > Long.BYTES ? (long) EightBytes.AT.get(bytes, to - Long.BYTES) : 0;
        int slot = slot(first, last, length);
        Known known = KNOWN[slot];
        if (known != null && known.isSpelt(first, last, bytes, from, to)) {
            return known.word;
        }
        Known beside = KNOWN[slot ^ 1];
        if (beside != null && beside.isSpelt(first, last, bytes, from, to)) {
            return beside.word;
        }
        String word = JsonString.of(bytes, from, to);
        KNOWN[slot ^ 1] = known;
        KNOWN[slot] = new Known(first, last, Arrays.copyOfRange(bytes, from, to), word);
        return word;
    }

    private static int slot(long first, long last, int length) {
        return (int) ((((first * SPREAD + last) * SPREAD + length) * SPREAD) >>> (Long.SIZE - SLOT_BITS));
    }

    private static long firstEight(byte[] bytes, int from, int length) {
        if (from + Long.BYTES <= bytes.length) {
            long eight = (long) EightBytes.AT.get(bytes, from);
            return length < Long.BYTES ? eight & ((1L << (length * Byte.SIZE)) - 1) : eight;
        }
        long eight = 0;
        for (int i = 0; i < length; i++) {
            eight |= (bytes[from + i] & 0xFFL) << (i * Byte.SIZE);
        }
        return eight;
    }
}

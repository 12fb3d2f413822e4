package dev.understudy.provider;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Names of fields, and values of which there are few, as strings. Vendors repeat the same in every event, so each that was
 * met is kept until others take its place: hostile words cost their making and hold nothing.
 */
final class JsonWords {

    /** Immutable, so that threads that race for a slot lose no more than an entry. */
    private record Known(byte[] spelling, String word) {

        boolean isSpelt(byte[] bytes, int from, int to) {
            return Arrays.equals(spelling, 0, spelling.length, bytes, from, to);
        }
    }

    private static final int SLOT_BITS = 10;
    private static final int LONGEST = 64;
    private static final @Nullable Known[] KNOWN = new Known[1 << SLOT_BITS];

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private JsonWords() {}

    /** The string that stands in a range which {@link JsonScan} has passed. */
    static String of(byte[] bytes, int from, int to) {
        if (to - from > LONGEST) {
            return JsonString.of(bytes, from, to);
        }
        int slot = slot(bytes, from, to);
        Known known = KNOWN[slot];
        if (known != null && known.isSpelt(bytes, from, to)) {
            return known.word;
        }
        Known beside = KNOWN[slot ^ 1];
        if (beside != null && beside.isSpelt(bytes, from, to)) {
            return beside.word;
        }
        Known met = new Known(Arrays.copyOfRange(bytes, from, to), JsonString.of(bytes, from, to));
        KNOWN[slot ^ 1] = known;
        KNOWN[slot] = met;
        return met.word;
    }

    /** By length, the first eight bytes and the last eight. */
    private static int slot(byte[] bytes, int from, int to) {
        long first = eight(bytes, from, to);
        long last = to - from > Long.BYTES ? (long) EIGHT.get(bytes, to - Long.BYTES) : 0;
        return (int) (((first * SPREAD + last) * SPREAD + (to - from)) * SPREAD >>> (Long.SIZE - SLOT_BITS));
    }

    private static long eight(byte[] bytes, int from, int to) {
        int length = to - from;
        if (from + Long.BYTES <= bytes.length) {
            long all = (long) EIGHT.get(bytes, from);
            return length < Long.BYTES ? all & ((1L << (length * Byte.SIZE)) - 1) : all;
        }
        long some = 0;
        for (int i = 0; i < length; i++) {
            some |= (bytes[from + i] & 0xFFL) << (i * Byte.SIZE);
        }
        return some;
    }
}

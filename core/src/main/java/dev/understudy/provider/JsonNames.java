package dev.understudy.provider;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The names of fields as strings. Vendors repeat the same few in every event, so each that was met is kept until another
 * takes its place: hostile names cost their making and hold nothing.
 */
final class JsonNames {

    /** Immutable, so that threads that race for a slot lose no more than an entry. */
    private record Known(byte[] spelling, String name) {}

    private static final int SLOT_BITS = 10;
    private static final int LONGEST = 64;
    private static final @Nullable Known[] KNOWN = new Known[1 << SLOT_BITS];

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private JsonNames() {}

    /** The name that stands in a range which {@link JsonScan} has passed. */
    static String of(byte[] bytes, int from, int to) {
        if (to - from > LONGEST) {
            return JsonString.of(bytes, from, to);
        }
        int slot = slot(bytes, from, to);
        Known known = KNOWN[slot];
        if (known == null || !Arrays.equals(known.spelling, 0, known.spelling.length, bytes, from, to)) {
            known = new Known(Arrays.copyOfRange(bytes, from, to), JsonString.of(bytes, from, to));
            KNOWN[slot] = known;
        }
        return known.name;
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

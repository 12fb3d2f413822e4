package dev.understudy.provider.framing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds line ends, eight bytes at a step, because every byte of every stream is scanned here. */
final class LineEndScanner {

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private LineEndScanner() {}

    /** Returns the index of the first LF or CR from {@code from} on, or {@code to} without one. */
    static int in(byte[] bytes, int from, int to) {
        int i = from;
        while (i <= to - Long.BYTES && !anyEnd((long) EIGHT.get(bytes, i))) {
            i += Long.BYTES;
        }
        while (i < to && bytes[i] != '\n' && bytes[i] != '\r') {
            i++;
        }
        return i;
    }

    private static boolean anyEnd(long eight) {
        return ((zero(eight ^ (ONES * '\n')) | zero(eight ^ (ONES * '\r'))) & HIGHS) != 0;
    }

    /** Sets the high bit of each byte that is zero. */
    private static long zero(long eight) {
        return (eight - ONES) & ~eight;
    }
}

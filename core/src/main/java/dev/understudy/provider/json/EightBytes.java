package dev.understudy.provider.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Eight bytes of an array in one value, the first of them lowest, so that they are searched in one step. */
final class EightBytes {

    static final VarHandle AT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    static final long ONES = 0x0101010101010101L;
    static final long HIGHS = 0x8080808080808080L;

    private EightBytes() {}

    /** Sets the high bit of the first zero byte, and none before it. */
    static long zero(long eight) {
        return (eight - ONES) & ~eight;
    }
}

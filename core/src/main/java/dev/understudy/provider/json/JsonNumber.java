package dev.understudy.provider.json;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** Parses JSON numbers. */
final class JsonNumber {

    /** Most digits that are parsed as long: such a number fits, or overflows to a negative value and is detected. */
    private static final int DIGITS = 19;

    private JsonNumber() {}

    /** Value of a range that {@link JsonScanner} accepted, truncated and clamped to the range of long. */
    static long nearestLong(byte[] bytes, int from, int to) {
        boolean negative = bytes[from] == '-';
        long number = 0;
        int start = negative ? from + 1 : from;
        int i = start;
        while (i < to && i < start + DIGITS && bytes[i] >= '0' && bytes[i] <= '9') {
            number = number * 10 + (bytes[i++] - '0');
        }
        if (i == to && number >= 0) {
            return negative ? -number : number;
        }
        return (long) Double.parseDouble(new String(bytes, from, to - from, StandardCharsets.US_ASCII));
    }

    /** Returns a Long, or a BigDecimal for fractions and larger numbers. */
    static Number of(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException fractionOrBig) {
            return decimal(text);
        }
    }

    private static BigDecimal decimal(String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException beyondAllExponents) {
            throw JsonErrors.rejected("JSON with a number beyond all limits");
        }
    }
}

package dev.understudy.provider.json;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** Numbers as JSON writes them. */
final class JsonNumber {

    /** A number of no more digits is one that a long can hold, or turns negative in it and so shows itself. */
    private static final int DIGITS = 19;

    private JsonNumber() {}

    /** The number in a range which {@link JsonScanner} has passed, its fraction cut; what does not fit becomes the nearest. */
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

    /** A Long, or a BigDecimal where there is a fraction or more than a long can hold. */
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

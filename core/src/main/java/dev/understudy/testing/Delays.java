package dev.understudy.testing;

import java.time.Duration;

/**
 * How long everything takes.
 *
 * @param headers before the headers
 * @param first before the first event
 * @param between before each content and each sign of life
 */
record Delays(Duration headers, Duration first, Duration between) {

    static final Delays AT_ONCE = new Delays(Duration.ZERO, Duration.ZERO, Duration.ZERO);

    Delays {
        if (headers.isNegative() || first.isNegative() || between.isNegative()) {
            throw new IllegalArgumentException("A pause is zero or longer: " + headers + ", " + first + ", " + between);
        }
    }
}

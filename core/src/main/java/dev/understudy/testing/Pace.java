package dev.understudy.testing;

import java.time.Duration;

/**
 * How long everything takes.
 *
 * @param headers before the headers
 * @param first before the first event
 * @param between before each content and each sign of life
 */
record Pace(Duration headers, Duration first, Duration between) {

    static final Pace AT_ONCE = new Pace(Duration.ZERO, Duration.ZERO, Duration.ZERO);

    Pace {
        if (headers.isNegative() || first.isNegative() || between.isNegative()) {
            throw new IllegalArgumentException("A pause is zero or longer: " + headers + ", " + first + ", " + between);
        }
    }
}

package dev.understudy.testing;

import java.time.Duration;

/**
 * Delays of a reply.
 *
 * @param headers before the headers
 * @param first before the first event
 * @param between before each content event and ping
 */
record Delays(Duration headers, Duration first, Duration between) {

    static final Delays AT_ONCE = new Delays(Duration.ZERO, Duration.ZERO, Duration.ZERO);

    Delays {
        if (headers.isNegative() || first.isNegative() || between.isNegative()) {
            throw new IllegalArgumentException("A delay is zero or longer: " + headers + ", " + first + ", " + between);
        }
    }
}

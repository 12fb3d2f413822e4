package dev.understudy.policy;

import java.time.Duration;

/**
 * How long silence is borne. Comments, pings and lifecycle events are silence too. All clocks run
 * only while the subscriber has demand, so a slow consumer never looks like a slow provider. How long
 * a connection may take to open is a property of the provider's connections: {@code Transport.connect}, 5 s.
 *
 * @param firstContent from the request to the first content of a stream; 10 s
 * @param idle between two pieces of content; 20 s
 * @param response from the request to a unary answer, which has no first content; 60 s
 * @param total the whole of one attempt while the subscriber has demand; and how long a subscriber may ask for nothing
 *     before its call ends, which speaks against no provider; 5 min
 */
public record TimeoutPolicy(Duration firstContent, Duration idle, Duration response, Duration total) {

    private static final TimeoutPolicy DEFAULTS = new TimeoutPolicy(
            Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofMinutes(5));
    private static final TimeoutPolicy REASONING = new TimeoutPolicy(
            Duration.ofSeconds(90), Duration.ofSeconds(90), Duration.ofMinutes(5), Duration.ofMinutes(5));

    public TimeoutPolicy {
        positive("firstContent", firstContent);
        positive("idle", idle);
        positive("response", response);
        positive("total", total);
    }

    public static TimeoutPolicy defaults() {
        return DEFAULTS;
    }

    /** For models that think before they answer: 90 s, 90 s, 5 min, 5 min. */
    public static TimeoutPolicy reasoning() {
        return REASONING;
    }

    public TimeoutPolicy withFirstContent(Duration firstContent) {
        return new TimeoutPolicy(firstContent, idle, response, total);
    }

    public TimeoutPolicy withIdle(Duration idle) {
        return new TimeoutPolicy(firstContent, idle, response, total);
    }

    public TimeoutPolicy withResponse(Duration response) {
        return new TimeoutPolicy(firstContent, idle, response, total);
    }

    public TimeoutPolicy withTotal(Duration total) {
        return new TimeoutPolicy(firstContent, idle, response, total);
    }

    private static void positive(String what, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(what + " is longer than zero: " + duration);
        }
    }
}

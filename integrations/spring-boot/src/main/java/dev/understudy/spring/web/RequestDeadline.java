package dev.understudy.spring.web;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** Time that a client waits for its answer, from header fields of the request. */
final class RequestDeadline {

    static final String TIMEOUT = "X-Request-Timeout";
    static final String GRPC_TIMEOUT = "grpc-timeout";

    private static final Pattern SIMPLE = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)\\s*(ms|s|m|h)?");
    private static final Pattern GRPC = Pattern.compile("(\\d{1,8})([HMSmun])");

    private static final Map<String, Duration> UNITS = Map.of(
            "ms",
            Duration.ofMillis(1),
            "s",
            Duration.ofSeconds(1),
            "m",
            Duration.ofMinutes(1),
            "h",
            Duration.ofHours(1));

    private static final Map<String, Duration> GRPC_UNITS = Map.of(
            "H", Duration.ofHours(1),
            "M", Duration.ofMinutes(1),
            "S", Duration.ofSeconds(1),
            "m", Duration.ofMillis(1),
            "u", Duration.ofNanos(1_000),
            "n", Duration.ofNanos(1));

    private RequestDeadline() {}

    /** Returns the shortest time of these header fields and the limit; {@code null} if there is none. */
    static @Nullable Duration of(HttpHeaders headers, @Nullable Duration limit) {
        Duration shortest = limit;
        for (String value : headers.getOrDefault(TIMEOUT, List.of())) {
            shortest = shorter(shortest, simple(value));
        }
        for (String value : headers.getOrDefault(GRPC_TIMEOUT, List.of())) {
            shortest = shorter(shortest, grpc(value));
        }
        return shortest;
    }

    private static @Nullable Duration shorter(@Nullable Duration one, @Nullable Duration other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.compareTo(other) <= 0 ? one : other;
    }

    /** Reads {@code 2}, {@code 1.5s}, {@code 800ms}; a number without a unit is seconds. Other texts are no time. */
    private static @Nullable Duration simple(String text) {
        Matcher parts = SIMPLE.matcher(text.strip());
        if (!parts.matches()) {
            return null;
        }
        Duration unit = UNITS.getOrDefault(String.valueOf(parts.group(2)), Duration.ofSeconds(1));
        BigDecimal nanos = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit.toNanos()));
        return Duration.ofNanos(nanos.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue());
    }

    /** Reads a number with a unit of gRPC: {@code 5S}, {@code 800m} for milliseconds. */
    private static @Nullable Duration grpc(String text) {
        Matcher parts = GRPC.matcher(text.strip());
        Duration unit = parts.matches() ? GRPC_UNITS.get(parts.group(2)) : null;
        return unit == null ? null : unit.multipliedBy(Long.parseLong(parts.group(1)));
    }
}

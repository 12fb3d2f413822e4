package dev.understudy.ops.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses and formats durations: a number with its unit, {@code 500ms}, {@code 1.5s}, {@code 5m}, {@code 1h}, {@code
 * 1d}.
 */
public final class Durations {

    static final String PATTERN = "^\\d{1,12}(\\.\\d{1,9})?(ms|s|m|h|d)$";

    private static final Pattern FORM = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)(ms|s|m|h|d)");
    private static final Map<String, Duration> UNITS = new LinkedHashMap<>();

    /** Upper bound of a hundred years, so that nanoseconds fit into a long. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    static {
        UNITS.put("d", Duration.ofDays(1));
        UNITS.put("h", Duration.ofHours(1));
        UNITS.put("m", Duration.ofMinutes(1));
        UNITS.put("s", Duration.ofSeconds(1));
        UNITS.put("ms", Duration.ofMillis(1));
    }

    private Durations() {}

    /**
     * Reads a duration.
     *
     * @throws IllegalArgumentException if the text is no duration, or longer than a hundred years
     */
    public static Duration read(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException();
        }
        Duration unit = Objects.requireNonNull(UNITS.get(form.group(2)));
        BigDecimal nanos = new BigDecimal(form.group(1)).multiply(BigDecimal.valueOf(unit.toNanos()));
        if (nanos.compareTo(BigDecimal.valueOf(LONGEST.toSeconds()).movePointRight(9)) > 0) {
            throw new IllegalArgumentException();
        }
        return Duration.ofNanos(nanos.longValue());
    }

    /** Formats in the largest unit that needs no fraction. */
    public static String written(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        for (Map.Entry<String, Duration> unit : UNITS.entrySet()) {
            long nanos = unit.getValue().toNanos();
            if (duration.toNanos() % nanos == 0) {
                return duration.toNanos() / nanos + unit.getKey();
            }
        }
        return BigDecimal.valueOf(duration.toNanos())
                        .movePointLeft(6)
                        .stripTrailingZeros()
                        .toPlainString() + "ms";
    }
}

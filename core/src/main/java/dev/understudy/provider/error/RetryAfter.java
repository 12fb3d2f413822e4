package dev.understudy.provider.error;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses the wait that a failed response asks for. Failures only: some vendors send {@code retry-after} with a success. A
 * value that is zero, negative, in the past, malformed or longer than a year counts as absent. Pure.
 *
 * <p>Not API: public for the other modules of Understudy.
 */
public final class RetryAfter {

    private static final Duration LONGEST = Duration.ofDays(366);

    /**
     * A duration such as {@code 6m0s}, {@code 2m59.56s}, {@code 130ms} or {@code 2.5}; a number without a unit counts
     * seconds. Quantifiers are possessive, because a long row of digits would backtrack for ever.
     */
    private static final String LENGTH = "((?:\\d++(?:\\.\\d++)?+\\s*+"
            + "(?:(?:days?|d|hours?|hrs?|h|milliseconds?|ms|minutes?|mins?|m|seconds?|secs?|s)(?![a-z]))?+[, ]*+){1,6}+)";

    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([a-z]*)");

    private static final List<Pattern> LENGTHS = patterns(
            "retryDelay: " + LENGTH,
            "retry[-_ ]?after(?:_seconds)?\"?\\s*+[:=]?\\s*+\"?" + LENGTH,
            "(?:re)?try (?:again )?(?:in|after) (?:about |approximately |~)?" + LENGTH,
            "wait (?:for )?(?:about |at least )?" + LENGTH + "(?:(?<=,| )(?=before)|(?=and|\\.|$)|(?<=,|, ))",
            "resets? in (?:about |approximately |~)?" + LENGTH);

    /** Local time of Z.AI and its sister sites: in Beijing's zone unless another is given. */
    private static final Pattern RESET = Pattern.compile(
            "(?:reset at|将在|try again at|regain access on)\\s*(\\d{4}-\\d{2}-\\d{2})[T ](?:at )?(\\d{2}:\\d{2}(?::\\d{2})?)(?:\\.\\d+)?\\s*(Z|UTC|GMT|[+-]\\d{2}:?\\d{2})?",
            Pattern.CASE_INSENSITIVE);

    private static final ZoneOffset BEIJING = ZoneOffset.ofHours(8);

    /** OpenRouter's reset, in milliseconds since the epoch. */
    private static final Pattern EPOCH = Pattern.compile("X-RateLimit-Reset: (\\d{13})\\b", Pattern.CASE_INSENSITIVE);

    /** Date formats: the three of RFC 9110, and RFC 3339 as newer vendors use it. */
    private static final List<DateTimeFormatter> DATES = List.of(
            DateTimeFormatter.RFC_1123_DATE_TIME,
            new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .appendPattern("EEEE, dd-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, 2000)
                    .appendPattern(" HH:mm:ss 'GMT'")
                    .toFormatter(Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC),
            new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .appendText(ChronoField.DAY_OF_WEEK, TextStyle.SHORT)
                    .appendPattern(" MMM ")
                    .padNext(2)
                    .appendValue(ChronoField.DAY_OF_MONTH)
                    .appendPattern(" HH:mm:ss yyyy")
                    .toFormatter(Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC),
            DateTimeFormatter.ISO_OFFSET_DATE_TIME);

    private static final Map<String, BigDecimal> SECONDS = Map.of(
            "d", BigDecimal.valueOf(86_400),
            "h", BigDecimal.valueOf(3_600),
            "m", BigDecimal.valueOf(60),
            "s", BigDecimal.ONE,
            "ms", BigDecimal.valueOf(1, 3));

    private RetryAfter() {}

    /**
     * Reads {@code retry-after-ms}, then {@code retry-after}, then the body, then {@code x-ratelimit-reset}.
     *
     * @param header value of a response header field by its lower-case name
     * @param body the body or its message; "" without one
     * @param now wall clock time for instants; without it, instants count as absent
     */
    public static @Nullable Duration of(Function<String, @Nullable String> header, String body, @Nullable Instant now) {
        return of(header, body, now, TextSpan.NONE);
    }

    /** @param excluded parts of the body that do not count */
    static @Nullable Duration of(
            Function<String, @Nullable String> header, String body, @Nullable Instant now, TextSpan excluded) {
        Duration exact = length(header.apply("retry-after-ms"), "ms");
        if (exact != null) {
            return exact;
        }
        String value = header.apply("retry-after");
        Duration wait = length(value, "s");
        if (wait == null && value != null) {
            wait = until(date(value), now);
        }
        if (wait == null) {
            wait = in(body, now, excluded);
        }
        return wait != null
                ? wait
                : epoch("X-RateLimit-Reset: " + header.apply("x-ratelimit-reset"), now, TextSpan.NONE);
    }

    /** Reads a wait from text, and from the lines that {@link ErrorBody#evidence()} adds. */
    public static @Nullable Duration in(String words, @Nullable Instant now) {
        return in(words, now, TextSpan.NONE);
    }

    /** @param excluded parts of the words that do not count */
    static @Nullable Duration in(String words, @Nullable Instant now, TextSpan excluded) {
        for (Pattern pattern : LENGTHS) {
            Matcher matcher = pattern.matcher(words);
            while (TextSpan.find(matcher, excluded)) {
                Duration length = sum(matcher.group(1));
                if (length != null) {
                    return length;
                }
            }
        }
        Duration reset = reset(words, now, excluded);
        return reset != null ? reset : epoch(words, now, excluded);
    }

    /** Parses an instant of HTTP or RFC 3339; returns null for other text. */
    public static @Nullable Instant date(String value) {
        String date = value.strip();
        for (DateTimeFormatter form : DATES) {
            try {
                return Instant.from(form.parse(date));
            } catch (DateTimeException notThisForm) {
                // The next one.
            }
        }
        return null;
    }

    private static @Nullable Duration reset(String words, @Nullable Instant now, TextSpan excluded) {
        Matcher matcher = RESET.matcher(words);
        if (!TextSpan.find(matcher, excluded)) {
            return null;
        }
        try {
            String zone = matcher.group(3);
            ZoneOffset offset = zone == null
                    ? BEIJING
                    : zone.matches("(?i)UTC|GMT|Z")
                            ? ZoneOffset.UTC
                            : ZoneOffset.of(zone.replaceFirst("(\\d\\d):?(\\d\\d)", "$1:$2"));
            return until(
                    LocalDateTime.parse(matcher.group(1) + "T" + matcher.group(2))
                            .toInstant(offset),
                    now);
        } catch (DateTimeException invalidDate) {
            return null;
        }
    }

    private static @Nullable Duration epoch(String words, @Nullable Instant now, TextSpan excluded) {
        Matcher matcher = EPOCH.matcher(words);
        return TextSpan.find(matcher, excluded)
                ? until(Instant.ofEpochMilli(Long.parseLong(matcher.group(1))), now)
                : null;
    }

    private static @Nullable Duration until(@Nullable Instant then, @Nullable Instant now) {
        return then == null || now == null ? null : sensible(Duration.between(now, then));
    }

    private static @Nullable Duration length(@Nullable String number, String unit) {
        if (number == null || !number.strip().matches("\\d{1,18}(\\.\\d{0,18})?")) {
            return null;
        }
        return duration(new BigDecimal(number.strip()).multiply(SECONDS.getOrDefault(unit, BigDecimal.ONE)));
    }

    /** Parses a duration such as {@code 6m0s}. The argument must match that form. */
    public static @Nullable Duration sum(String length) {
        BigDecimal seconds = BigDecimal.ZERO;
        Matcher part = PART.matcher(length.toLowerCase(Locale.ROOT));
        while (part.find()) {
            if (part.group(1).length() > 18) {
                return null;
            }
            seconds = seconds.add(new BigDecimal(part.group(1)).multiply(unit(part.group(2))));
        }
        return duration(seconds);
    }

    private static BigDecimal unit(String name) {
        String unit =
                name.startsWith("ms") || name.startsWith("milli") ? "ms" : name.isEmpty() ? "s" : name.substring(0, 1);
        return SECONDS.getOrDefault(unit, BigDecimal.ONE);
    }

    private static @Nullable Duration duration(BigDecimal seconds) {
        if (seconds.compareTo(BigDecimal.valueOf(LONGEST.toSeconds())) > 0) {
            return null;
        }
        return sensible(Duration.ofNanos(seconds.movePointRight(9).longValue()));
    }

    private static @Nullable Duration sensible(Duration wait) {
        return wait.isNegative() || wait.isZero() || wait.compareTo(LONGEST) > 0 ? null : wait;
    }

    private static List<Pattern> patterns(String... forms) {
        return List.of(forms).stream()
                .map(form -> Pattern.compile(form, Pattern.CASE_INSENSITIVE | Pattern.MULTILINE))
                .toList();
    }
}

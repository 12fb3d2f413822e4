package dev.understudy.provider.http;

import dev.understudy.provider.error.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses the rate limit headers of a response: which bucket of the key is empty, and when it has something again.
 * Pure.
 *
 * <p>Most buckets fill evenly, and {@code reset} is the time when they are full: such a bucket is usable again when a
 * tenth, and at least one request, is back. Others are filled at once at the end of their window. A wait derived from
 * these headers is at most a minute: then a request is sent, whose refusal names the exact time.
 */
public final class RateLimitHeaders {

    static final Duration LONGEST = Duration.ofMinutes(1);

    /** Fraction of an evenly filling bucket that must be back: one in so many. */
    private static final int SHARE = 10;

    /**
     * Names of the header fields of one bucket.
     *
     * @param remaining field of the amount left
     * @param limit field of the size
     * @param reset field of the time when it is full
     */
    private record Bucket(String remaining, String limit, String reset) {}

    private static final List<Bucket> BUCKETS = List.of(
            openAi("-requests"),
            openAi("-tokens"),
            openAi(""),
            anthropic("requests"),
            anthropic("tokens"),
            anthropic("input-tokens"),
            anthropic("output-tokens"),
            new Bucket("ratelimit-remaining", "ratelimit-limit", "ratelimit-reset"),
            new Bucket("ratelimitbysize-remaining", "ratelimitbysize-limit", "ratelimitbysize-reset"));

    private static final Pattern NOTHING = Pattern.compile("-\\d{1,18}|0{1,18}(\\.0{0,18})?");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}(\\.\\d{0,18})?");
    private static final Pattern LENGTH = Pattern.compile("(?:\\d{1,18}(?:\\.\\d{1,18})?(?:ms|[smhd])){1,6}+");

    private RateLimitHeaders() {}

    /** Tests whether the header field of this lower-case name may tell the state of a bucket. */
    static boolean isOne(String name) {
        return name.contains("ratelimit");
    }

    private static Bucket openAi(String what) {
        return new Bucket("x-ratelimit-remaining" + what, "x-ratelimit-limit" + what, "x-ratelimit-reset" + what);
    }

    private static Bucket anthropic(String what) {
        String prefix = "anthropic-ratelimit-" + what;
        return new Bucket(prefix + "-remaining", prefix + "-limit", prefix + "-reset");
    }

    /**
     * Returns the time until the emptiest bucket has something again; {@code null} if none is empty or no time is
     * given.
     *
     * @param header value of a response header field by its lower-case name
     * @param now wall clock time, for instants
     */
    public static @Nullable Duration untilSome(Function<String, @Nullable String> header, Instant now) {
        Duration longest = null;
        for (Bucket bucket : BUCKETS) {
            String remaining = header.apply(bucket.remaining);
            if (remaining != null && NOTHING.matcher(remaining.strip()).matches()) {
                Duration wait = wait(header.apply(bucket.reset), header.apply(bucket.limit), now);
                longest = wait != null && (longest == null || wait.compareTo(longest) > 0) ? wait : longest;
            }
        }
        return longest != null && longest.compareTo(LONGEST) > 0 ? LONGEST : longest;
    }

    private static @Nullable Duration wait(@Nullable String reset, @Nullable String limit, Instant now) {
        if (reset == null) {
            return null;
        }
        String value = reset.strip();
        if (NUMBER.matcher(value).matches()) {
            return positive(number(value, now));
        }
        Duration full = LENGTH.matcher(value).matches() ? RetryAfter.sum(value) : until(RetryAfter.date(value), now);
        return full == null ? null : positive(full.dividedBy(parts(limit)));
    }

    /**
     * Parses a bare number: an instant of the epoch, or seconds. More than a minute of seconds is ambiguous and
     * ignored.
     */
    private static @Nullable Duration number(String value, Instant now) {
        double number = Double.parseDouble(value);
        if (number >= 1e12) {
            return until(Instant.ofEpochMilli((long) Math.min(number, 1e14)), now);
        }
        if (number >= 1e9) {
            return until(Instant.ofEpochSecond((long) number), now);
        }
        return number > LONGEST.toSeconds() ? null : Duration.ofMillis((long) (number * 1000));
    }

    /** Divisor of the time until a bucket is full: its size, if that is small. */
    private static int parts(@Nullable String limit) {
        if (limit == null || !NUMBER.matcher(limit.strip()).matches()) {
            return 1;
        }
        return (int) Math.max(1, Math.min(SHARE, Double.parseDouble(limit.strip())));
    }

    private static @Nullable Duration until(@Nullable Instant then, Instant now) {
        return then == null ? null : Duration.between(now, then);
    }

    private static @Nullable Duration positive(@Nullable Duration wait) {
        return wait == null || wait.isNegative() || wait.isZero() ? null : wait;
    }
}

package dev.understudy.provider.http;

import dev.understudy.provider.error.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What vendors tell of the buckets that a key draws from: which is empty, and how long until there is something in it
 * again. Pure.
 *
 * <p>Most buckets fill evenly, and {@code reset} says when they are full. Such a one is worth asking again when a tenth is
 * back, and at least one request. Others are filled at once, when their window ends. Nobody waits longer than a minute
 * for what is only read between the lines: then the vendor is asked, and says exactly.
 */
public final class RateLimitHeaders {

    static final Duration LONGEST = Duration.ofMinutes(1);

    /** Of an empty bucket that fills evenly, the share that must be back. */
    private static final int SHARE = 10;

    /** @param remaining what is left; the other two say of how much, and when it is back */
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

    private static Bucket openAi(String what) {
        return new Bucket("x-ratelimit-remaining" + what, "x-ratelimit-limit" + what, "x-ratelimit-reset" + what);
    }

    private static Bucket anthropic(String what) {
        String prefix = "anthropic-ratelimit-" + what;
        return new Bucket(prefix + "-remaining", prefix + "-limit", prefix + "-reset");
    }

    /**
     * How long until the emptiest bucket has something again; {@code null} when none is empty, or nobody says how long.
     *
     * @param header the value of a response header field by its lower-case name
     * @param now the wall clock, for moments in time
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

    /** A bare number: a moment of the epoch, or seconds. More than a minute of them, and nobody knows what it counts. */
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

    /** By how much the time until a bucket is full is divided: by its size, if that is small. */
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

package dev.understudy.provider.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.provider.Fields;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

    private static final Instant NOW = Instant.parse("2026-11-06T08:49:07Z");

    @ParameterizedTest
    @CsvSource({
        "1, 1000",
        "7, 7000",
        "2.5, 2500",
        "0.25, 250",
        "' 3 ', 3000",
        "3., 3000",
        "86400, 86400000",
        "0.0001, 0.1"
    })
    void headerGivesSeconds(String value, double millis) {
        assertThat(header("retry-after", value)).isEqualTo(Duration.ofNanos((long) (millis * 1_000_000)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "0.0",
                "-1",
                "-0",
                "",
                " ",
                "soon",
                "NaN",
                "Infinity",
                "1e3",
                "0x10",
                "1,5",
                "99999999999",
                "999999999999999999999999999",
                "1.2.3",
                "Fri, 06 Nov 2020 08:49:37 GMT",
                "Fri, 06 Nov 2026 08:49:07 GMT",
                "Fri, 32 Nov 2026 08:49:37 GMT",
                "Fri, 06 Nov 9999 08:49:37 GMT"
            })
    void pastOrMalformedRetryAfterIsIgnored(String value) {
        assertThat(header("retry-after", value)).isNull();
        assertThat(header("retry-after-ms", value)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Fri, 06 Nov 2026 08:49:37 GMT",
                "Friday, 06-Nov-26 08:49:37 GMT",
                "Fri Nov  6 08:49:37 2026",
                "2026-11-06T08:49:37Z",
                "2026-11-06T09:49:37+01:00"
            })
    void headerHasADateInAnyForm(String value) {
        assertThat(header("retry-after", value)).isEqualTo(Duration.ofSeconds(30));
        assertThat(RetryAfter.of(Fields.of(Map.of("retry-after", value)), "", null))
                .as("no clock, no date")
                .isNull();
    }

    @Test
    void millisecondsComeFirstAndZeroOfThemIsNone() {
        assertThat(both("1500", "9")).isEqualTo(Duration.ofMillis(1_500));
        assertThat(both("0", "1")).isEqualTo(Duration.ofSeconds(1));
        assertThat(both("rubbish", "1")).isEqualTo(Duration.ofSeconds(1));
        assertThat(both("0", "0")).isNull();
    }

    @Test
    void headersComeBeforeTheBody() {
        assertThat(RetryAfter.of(Fields.of(Map.of("retry-after", "2")), "Please retry in 9s", NOW))
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(RetryAfter.of(Fields.of(Map.of("retry-after", "0")), "Please retry in 9s", NOW))
                .isEqualTo(Duration.ofSeconds(9));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retry_after: 2.5|2500",
                "Retry-After 7|7000",
                "retry-after=3|3000",
                "{\"retry_after\": 4}|4000",
                "retry_after_seconds: 6|6000",
                "retryDelay: 48s|48000",
                "retryDelay: 34.4s|34400",
                "retryDelay: 0.5s|500",
                "Please retry in 48.939935699s.|48939.935699",
                "Please try again in 6m0s. Need more?|360000",
                "Please try again in 130ms.|130",
                "Please try again in 2m59.56s.|179560",
                "Please try again in 9m38.016s. Need|578016",
                "Please try again in 1h2m3s|3723000",
                "Please try again in 1d2h.|93600000",
                "Please retry after 86400 seconds. Please contact|86400000",
                "Try again in 20 seconds|20000",
                "try again in about 5 minutes|300000",
                "try again in 1 hour|3600000",
                "Please wait 10 seconds before trying again|10000",
                "Your quota will reset in 1h 30m|5400000",
                "(retry after 15 sec)|15000",
                "retry after 0.5|500",
                "try again in 1 minute, 30 seconds|90000"
            })
    void waitIsReadFromAMessage(String words, double millis) {
        assertThat(RetryAfter.in(words, null)).isEqualTo(Duration.ofNanos(Math.round(millis * 1_000_000)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Please try again later.",
                "Please retry shortly",
                "wait a moment and try again",
                "If you created it within the last 5 minutes, please wait a moment and try again.",
                "retry_after: 0",
                "try again in 0s",
                "retry after 999999999999999999999 seconds",
                "retryDelay: -5s",
                "Limit 3, Used 3, Requested 1",
                "Your limit will reset at 2026-13-45 99:31:39",
                "Your limit will reset at 2020-08-27 21:31:39"
            })
    void messageWithoutAWaitYieldsNone(String words) {
        assertThat(RetryAfter.in(words, NOW)).isNull();
    }

    @Test
    void localTimesWithoutAZoneAreInBeijing() {
        assertThat(RetryAfter.in("Your limit will reset at 2026-11-06 16:50:07", NOW))
                .isEqualTo(Duration.ofMinutes(1));
        assertThat(RetryAfter.in("您的限额将在 2026-11-06 16:50:07 重置。", NOW)).isEqualTo(Duration.ofMinutes(1));
        assertThat(RetryAfter.in("Your limit will reset at 2026-11-06 08:50:07 UTC", NOW))
                .isEqualTo(Duration.ofMinutes(1));
        assertThat(RetryAfter.in("will reset at 2026-11-06T10:50:07+02:00", NOW))
                .isEqualTo(Duration.ofMinutes(1));
        assertThat(RetryAfter.in("You will regain access on 2026-11-07 at 00:00 UTC.", NOW))
                .isEqualTo(Duration.parse("PT15H10M53S"));
        assertThat(RetryAfter.in("Your limit will reset at 2026-11-06 16:50:07", null))
                .isNull();
    }

    @Test
    void openRoutersResetInMillisecondsIsParsed() {
        String then = String.valueOf(NOW.plusSeconds(26).toEpochMilli());
        assertThat(RetryAfter.of(Fields.of(Map.of("x-ratelimit-reset", then)), "", NOW))
                .isEqualTo(Duration.ofSeconds(26));
        assertThat(RetryAfter.in("X-RateLimit-Reset: " + then, NOW)).isEqualTo(Duration.ofSeconds(26));
        assertThat(RetryAfter.of(Fields.of(Map.of("x-ratelimit-reset", "60")), "", NOW))
                .isNull();
    }

    @Test
    void hostileLengthsAreReadInNoTime() {
        assertThat(RetryAfter.in("try again in " + "1s".repeat(4_000), NOW)).isNotNull();
        assertThat(RetryAfter.in("retry after " + "9".repeat(8_000), NOW)).isNull();
        assertThat(RetryAfter.in("try again in ".repeat(600), NOW)).isNull();
    }

    private static @Nullable Duration header(String name, String value) {
        return RetryAfter.of(Fields.of(Map.of(name, value)), "", NOW);
    }

    private static @Nullable Duration both(String millis, String seconds) {
        return RetryAfter.of(Fields.of(Map.of("retry-after-ms", millis, "retry-after", seconds)), "", NOW);
    }
}

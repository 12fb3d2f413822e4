package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitHeadersTest {

    private static final Instant NOW = Instant.parse("2026-11-06T08:49:07Z");

    @ParameterizedTest
    @CsvSource({
        "6ms, 6",
        "1s, 1000",
        "130ms, 130",
        "6m0s, 60000",
        "2m59.56s, 60000",
        "59.56s, 59560",
        "7, 7000",
        "0.5, 500",
        "1793954987500, 40500", // milliseconds of the epoch
        "1793954990, 43000", // seconds of it
        "2026-11-06T08:49:30Z, 23000",
        "2026-11-06T09:49:12+01:00, 5000"
    })
    void anEmptyBucketSaysWhenItIsFull(String reset, long millis) {
        for (String what : new String[] {"-requests", "-tokens", ""}) {
            assertThat(told("x-ratelimit-remaining" + what, "0", "x-ratelimit-reset" + what, reset))
                    .isEqualTo(Duration.ofMillis(millis));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"requests", "tokens", "input-tokens", "output-tokens"})
    void anthropicNamesMoments(String what) {
        assertThat(told(
                        "anthropic-ratelimit-" + what + "-remaining", "0",
                        "anthropic-ratelimit-" + what + "-reset", "2026-11-06T08:49:11Z"))
                .isEqualTo(Duration.ofSeconds(4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ratelimit", "ratelimitbysize"})
    void someCallThemOtherwise(String prefix) {
        assertThat(told(prefix + "-remaining", "0", prefix + "-reset", "12")).isEqualTo(Duration.ofSeconds(12));
    }

    @ParameterizedTest
    @CsvSource({
        "requests, 60, 60s, 6000", // a tenth of it is back
        "tokens, 30000, 1m0s, 6000",
        "requests, 3, 60s, 20000", // a tenth of three is nothing: one request
        "requests, 1, 60s, 60000",
        "requests, 14400, 24h0m0s, 60000", // a day's bucket: nobody waits longer than a minute for a hint
        "requests, 60, 30, 30000", // a bare number is the end of a window, which fills at once
        "requests, 60, 1793954987500, 40500",
        "requests, 60, 2026-11-06T08:50:07Z, 6000"
    })
    void aBucketThatFillsEvenlyIsAskedAgainWhenATenthIsBack(String what, String limit, String reset, long millis) {
        assertThat(told(
                        "x-ratelimit-remaining-" + what, "0",
                        "x-ratelimit-limit-" + what, limit,
                        "x-ratelimit-reset-" + what, reset))
                .isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void theEmptiestOfSeveralCounts() {
        assertThat(told(
                        "x-ratelimit-remaining-requests",
                        "0",
                        "x-ratelimit-reset-requests",
                        "2s",
                        "x-ratelimit-remaining-tokens",
                        "0",
                        "x-ratelimit-reset-tokens",
                        "9s"))
                .isEqualTo(Duration.ofSeconds(9));
        assertThat(told(
                        "x-ratelimit-remaining-requests",
                        "0",
                        "x-ratelimit-reset-requests",
                        "2s",
                        "x-ratelimit-remaining-tokens",
                        "17",
                        "x-ratelimit-reset-tokens",
                        "9s"))
                .isEqualTo(Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", " 0 ", "0.0", "00", "-4"})
    void thisIsNothing(String remaining) {
        assertThat(told("x-ratelimit-remaining", remaining, "x-ratelimit-reset", "5s"))
                .isEqualTo(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "0.5", "59", "9223372036854775807000", "", "none", "0x0", "1e0"})
    void thisIsSomething(String remaining) {
        assertThat(told("x-ratelimit-remaining", remaining, "x-ratelimit-reset", "5s"))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "0s",
                "",
                "soon",
                "-5",
                "500", // a vendor sends it and nobody says whether these are seconds
                "5 parsecs",
                "1000us",
                "2026-11-06T08:49:06Z", // past
                "2026-11-06",
                "99999999999999999999999s",
                "1793954940" // past
            })
    void uninformativeResetStartsNoCooldown(String reset) {
        assertThat(told("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", reset))
                .isNull();
    }

    @Test
    void anEmptyBucketWithoutResetSaysNothing() {
        assertThat(told("x-ratelimit-remaining-requests", "0", "x-ratelimit-limit-requests", "60"))
                .isNull();
        assertThat(told("x-ratelimit-remaining-tokens-minute", "0")).isNull();
        assertThat(told()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-3", "many", "", "60;w=60", "99999999999999999999"})
    void aLimitThatIsNoNumberDividesNothing(String limit) {
        assertThat(told(
                        "x-ratelimit-remaining-requests", "0",
                        "x-ratelimit-limit-requests", limit,
                        "x-ratelimit-reset-requests", "20s"))
                .isEqualTo(Duration.ofSeconds(20));
    }

    private static @Nullable Duration told(String... namesAndValues) {
        Map<String, String> headers = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        assertThat(headers).as(Arrays.toString(namesAndValues)).hasSize(namesAndValues.length / 2);
        return RateLimitHeaders.untilSome(headers::get, NOW);
    }
}

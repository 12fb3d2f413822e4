package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.event.ProviderStatus;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Words of the reasons for which routes are skipped, and the times after which they may be tried. */
class SkipReasonTest {

    private static final Duration WAIT = Duration.ofMillis(1_500);

    static Stream<Arguments> reasons() {
        return Stream.of(
                Arguments.of(
                        new SkipReason.Lacks(Set.of(Feature.VISION, Feature.STREAMING_TOOLS)),
                        "lacks streaming tools, vision",
                        null),
                Arguments.of(
                        new SkipReason.CapabilitiesFailed("java.lang.Error"),
                        "its capabilities failed with java.lang.Error",
                        null),
                Arguments.of(new SkipReason.NotTagged("region", "eu"), "is not tagged region=eu", null),
                Arguments.of(new SkipReason.Avoided(), "the caller avoids it", null),
                Arguments.of(
                        new SkipReason.TooExpensive(0.25, 0.1),
                        "would cost about 0.250000, and the call may cost 0.100000",
                        null),
                Arguments.of(new SkipReason.OtherOrigin(), "did not generate the answer", null),
                Arguments.of(new SkipReason.NotActive(), "is not the active provider, and failover is manual", null),
                Arguments.of(new SkipReason.Held(null), "is held for maintenance", null),
                Arguments.of(new SkipReason.Held(WAIT), "is held for maintenance for 1500 ms", null),
                Arguments.of(
                        new SkipReason.CircuitOpen(ProviderStatus.CircuitState.HALF_OPEN, null, null),
                        "circuit half open",
                        null),
                Arguments.of(
                        new SkipReason.CircuitOpen(ProviderStatus.CircuitState.OPEN, "5 failures", WAIT),
                        "circuit open (5 failures) for 1500 ms",
                        null),
                Arguments.of(
                        new SkipReason.CoolingDown(FailureKind.RATE_LIMITED, WAIT),
                        "is cooling down for 1500 ms (rate_limited)",
                        WAIT),
                Arguments.of(new SkipReason.Unhealthy(), "its health checks fail", null),
                Arguments.of(new SkipReason.AtCapacity(), "is at its limit of concurrent calls", null),
                Arguments.of(
                        new SkipReason.QueueFull(3),
                        "is at its limit of concurrent calls, and 3 calls wait for it already",
                        null),
                Arguments.of(
                        new SkipReason.QueueTimeout(WAIT),
                        "is at its limit of concurrent calls, of which none became free within 1500 ms",
                        null),
                Arguments.of(new SkipReason.RateLimited(WAIT), "is at its rate limit for 1500 ms", WAIT));
    }

    @ParameterizedTest
    @MethodSource("reasons")
    void failureHoldsTextAndWait(SkipReason reason, String text, @Nullable Duration wait) {
        assertThat(reason.text()).isEqualTo(text);
        Failure failure = reason.failure();
        assertThat(failure.kind()).isEqualTo(FailureKind.SKIPPED);
        assertThat(failure.message()).isEqualTo(text);
        assertThat(failure.retryAfter()).isEqualTo(wait);
    }
}

package dev.understudy.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class CircuitPolicyTest {

    private static final CircuitPolicy DEFAULTS = CircuitPolicy.defaults();

    @Test
    void defaultsAreThoseOfTheDocumentation() {
        assertThat(DEFAULTS)
                .isEqualTo(new CircuitPolicy(
                        true,
                        5,
                        new CircuitPolicy.Rate(0.5, 10, Duration.ofSeconds(60)),
                        null,
                        new CircuitPolicy.Pause(Duration.ofSeconds(5), Duration.ofSeconds(15), 0.2),
                        Duration.ofSeconds(30)));
    }

    @Test
    void countPolicyHasOneRule() {
        CircuitPolicy policy = CircuitPolicy.failures(5, Duration.ofMinutes(10));
        assertThat(policy.count()).isEqualTo(new CircuitPolicy.Count(5, Duration.ofMinutes(10)));
        assertThat(policy.consecutive()).isZero();
        assertThat(policy.rate()).isNull();
    }

    @Test
    void withersChangeOneComponent() {
        Duration minute = Duration.ofMinutes(1);
        CircuitPolicy all = DEFAULTS.withConsecutive(3)
                .withRate(0.25, 4, minute)
                .withCount(7, minute)
                .withPause(minute, minute)
                .withJitter(0)
                .withTrialLease(minute);
        assertThat(all)
                .isEqualTo(new CircuitPolicy(
                        true,
                        3,
                        new CircuitPolicy.Rate(0.25, 4, minute),
                        new CircuitPolicy.Count(7, minute),
                        new CircuitPolicy.Pause(minute, minute, 0),
                        minute));
        assertThat(all.withoutRate().rate()).isNull();
        assertThat(all.withoutRate().count()).isNotNull();
        assertThat(all.withoutCount().count()).isNull();
        assertThat(all.withoutCount().rate()).isNotNull();
    }

    @Test
    void refusesInvalidValues() {
        Duration none = Duration.ZERO;
        Duration minute = Duration.ofMinutes(1);
        List<ThrowingCallable> wrong = List.of(
                () -> DEFAULTS.withConsecutive(-1),
                () -> DEFAULTS.withTrialLease(none),
                () -> DEFAULTS.withRate(0, 10, minute),
                () -> DEFAULTS.withRate(1.01, 10, minute),
                () -> DEFAULTS.withRate(Double.NaN, 10, minute),
                () -> DEFAULTS.withRate(0.5, 0, minute),
                () -> DEFAULTS.withRate(0.5, 10, none),
                () -> CircuitPolicy.failures(0, minute),
                () -> CircuitPolicy.failures(1001, minute),
                () -> CircuitPolicy.failures(5, none),
                () -> DEFAULTS.withPause(none, minute),
                () -> DEFAULTS.withPause(minute, Duration.ofSeconds(59)),
                () -> DEFAULTS.withJitter(-0.1),
                () -> DEFAULTS.withJitter(1),
                () -> DEFAULTS.withJitter(Double.NaN));
        assertThat(wrong).allSatisfy(call -> assertThatIllegalArgumentException()
                .isThrownBy(call)
                .withMessageMatching("[a-zA-Z]+ is .+: .+"));
    }
}

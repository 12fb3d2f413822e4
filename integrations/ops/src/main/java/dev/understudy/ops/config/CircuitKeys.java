package dev.understudy.ops.config;

import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.CircuitPolicy.Count;
import dev.understudy.policy.CircuitPolicy.Pause;
import dev.understudy.policy.CircuitPolicy.Rate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** Keys of {@link CircuitPolicy}. The value 0 disables a rule. */
final class CircuitKeys {

    private static final CircuitPolicy DEFAULTS = CircuitPolicy.defaults();
    private static final Rate USUAL_RATE = Objects.requireNonNull(DEFAULTS.rate());

    private static final ConfigKey<Double> SHARE = ConfigKey.of(
            "share",
            ScalarTypes.number("[0,1]", "0 for off, or up to 1"),
            USUAL_RATE.share(),
            "share of failed calls at which the circuit opens; 0 for never");
    private static final ConfigKey<Integer> MINIMUM = ConfigKey.of(
            "minimum",
            ScalarTypes.whole(1),
            USUAL_RATE.minimum(),
            "smallest number of calls in the window for a decision");
    private static final ConfigKey<Duration> RATE_WINDOW =
            ConfigKey.of("window", ScalarTypes.DURATION, USUAL_RATE.window(), "time window of the counted calls");

    private static final ObjectType<ConfigValues> RATE = new ObjectType<>(
            "circuitRate",
            "opens the circuit at a share of failed calls",
            List.of(SHARE, MINIMUM, RATE_WINDOW),
            values -> values);

    private static final ConfigKey<Integer> FAILURES = ConfigKey.of(
            "failures",
            ScalarTypes.whole(0, 1000),
            0,
            "number of failures in the window at which the circuit opens; 0 for never");
    private static final ConfigKey<Duration> COUNT_WINDOW =
            ConfigKey.of("window", ScalarTypes.DURATION, Duration.ofMinutes(10), "time window of the counted failures");

    private static final ObjectType<ConfigValues> COUNT = new ObjectType<>(
            "circuitCount",
            "opens the circuit at a number of failures in a time window, successes disregarded",
            List.of(FAILURES, COUNT_WINDOW),
            values -> values);

    private static final ConfigKey<Duration> FIRST = ConfigKey.of(
            "first",
            ScalarTypes.DURATION,
            DEFAULTS.pause().first(),
            "first duration; doubles after each failed trial call");
    private static final ConfigKey<Duration> LONGEST = ConfigKey.of(
            "longest", ScalarTypes.DURATION, DEFAULTS.pause().longest(), "longest duration; at least `first`");
    private static final ConfigKey<Double> JITTER = ConfigKey.of(
            "jitter",
            ScalarTypes.number("[0,1)", "from 0 to below 1"),
            DEFAULTS.pause().jitter(),
            "random share by which it is longer or shorter");

    private static final ObjectType<Pause> PAUSE = new ObjectType<>(
            "circuitPause",
            "duration of the open state before a trial call",
            List.of(FIRST, LONGEST, JITTER),
            values -> new Pause(values.get(FIRST), values.get(LONGEST), values.get(JITTER)));

    private static final ConfigKey<Boolean> ENABLED =
            ConfigKey.of("enabled", ScalarTypes.FLAG, DEFAULTS.enabled(), "false disables the circuit breaker");
    private static final ConfigKey<Integer> CONSECUTIVE = ConfigKey.of(
            "consecutive",
            ScalarTypes.whole(0),
            DEFAULTS.consecutive(),
            "number of consecutive failures at which the circuit opens; 0 for never");
    private static final ConfigKey<ConfigValues> RATE_KEY = ConfigKey.of("rate", RATE, ConfigValues.NONE, RATE.doc());
    private static final ConfigKey<ConfigValues> COUNT_KEY =
            ConfigKey.of("count", COUNT, ConfigValues.NONE, COUNT.doc());
    private static final ConfigKey<Pause> PAUSE_KEY = ConfigKey.of("pause", PAUSE, DEFAULTS.pause(), PAUSE.doc());
    private static final ConfigKey<Duration> TRIAL_LEASE = ConfigKey.of(
            "trialLease",
            ScalarTypes.DURATION,
            DEFAULTS.trialLease(),
            "time limit of a trial call before another call becomes the trial");

    static final ObjectType<CircuitPolicy> SECTION = new ObjectType<>(
            "circuit",
            "circuit breaker of a provider and model",
            List.of(ENABLED, CONSECUTIVE, RATE_KEY, COUNT_KEY, PAUSE_KEY, TRIAL_LEASE),
            CircuitKeys::policy);

    private CircuitKeys() {}

    private static CircuitPolicy policy(ConfigValues values) {
        ConfigValues rate = values.get(RATE_KEY);
        ConfigValues count = values.get(COUNT_KEY);
        return new CircuitPolicy(
                values.get(ENABLED),
                values.get(CONSECUTIVE),
                rate.get(SHARE) == 0 ? null : new Rate(rate.get(SHARE), rate.get(MINIMUM), rate.get(RATE_WINDOW)),
                count.get(FAILURES) == 0 ? null : new Count(count.get(FAILURES), count.get(COUNT_WINDOW)),
                values.get(PAUSE_KEY),
                values.get(TRIAL_LEASE));
    }
}

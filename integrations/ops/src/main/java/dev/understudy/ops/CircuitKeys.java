package dev.understudy.ops;

import dev.understudy.CircuitPolicy;
import dev.understudy.CircuitPolicy.Count;
import dev.understudy.CircuitPolicy.Pause;
import dev.understudy.CircuitPolicy.Rate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** {@link CircuitPolicy}. A rule is switched off with 0. */
final class CircuitKeys {

    private static final CircuitPolicy USUAL = CircuitPolicy.defaults();
    private static final Rate USUAL_RATE = Objects.requireNonNull(USUAL.rate());

    private static final Key<Double> SHARE = Key.of(
            "share",
            Scalars.number("[0,1]", "0 for off, or up to 1"),
            USUAL_RATE.share(),
            "this share of calls failed; 0 for never");
    private static final Key<Integer> MINIMUM = Key.of(
            "minimum",
            Scalars.whole(1),
            USUAL_RATE.minimum(),
            "below so many calls in the window nothing is concluded");
    private static final Key<Duration> RATE_WINDOW =
            Key.of("window", Scalars.DURATION, USUAL_RATE.window(), "how far back calls are counted");

    private static final Section<Values> RATE = new Section<>(
            "circuitRate",
            "opens when too great a share of the calls failed",
            List.of(SHARE, MINIMUM, RATE_WINDOW),
            said -> said);

    private static final Key<Integer> FAILURES =
            Key.of("failures", Scalars.whole(0, 1000), 0, "so many failures in the window; 0 for never");
    private static final Key<Duration> COUNT_WINDOW = Key.of(
            "window", Scalars.DURATION, Duration.ofMinutes(10), "a failure counts while it is younger than this");

    private static final Section<Values> COUNT = new Section<>(
            "circuitCount",
            "opens after so many failures in a time, whatever succeeded between them",
            List.of(FAILURES, COUNT_WINDOW),
            said -> said);

    private static final Key<Duration> FIRST =
            Key.of("first", Scalars.DURATION, USUAL.pause().first(), "doubled after each failed trial");
    private static final Key<Duration> LONGEST =
            Key.of("longest", Scalars.DURATION, USUAL.pause().longest(), "the longest, at least `first`");
    private static final Key<Double> JITTER = Key.of(
            "jitter",
            Scalars.number("[0,1)", "from 0 to below 1"),
            USUAL.pause().jitter(),
            "the share by which chance makes it longer or shorter");

    private static final Section<Pause> PAUSE = new Section<>(
            "circuitPause",
            "how long it stays open before a trial",
            List.of(FIRST, LONGEST, JITTER),
            said -> new Pause(said.get(FIRST), said.get(LONGEST), said.get(JITTER)));

    private static final Key<Boolean> ENABLED =
            Key.of("enabled", Scalars.FLAG, USUAL.enabled(), "false lets every call through and counts nothing");
    private static final Key<Integer> CONSECUTIVE = Key.of(
            "consecutive",
            Scalars.whole(0),
            USUAL.consecutive(),
            "opens after so many failures without a success between them; 0 for never");
    private static final Key<Values> RATE_KEY = Key.of("rate", RATE, Values.NONE, RATE.doc());
    private static final Key<Values> COUNT_KEY = Key.of("count", COUNT, Values.NONE, COUNT.doc());
    private static final Key<Pause> PAUSE_KEY = Key.of("pause", PAUSE, USUAL.pause(), PAUSE.doc());
    private static final Key<Duration> TRIAL_LEASE = Key.of(
            "trialLease",
            Scalars.DURATION,
            USUAL.trialLease(),
            "how long a trial may stay undecided before the next caller gets one");

    static final Section<CircuitPolicy> SECTION = new Section<>(
            "circuit",
            "when a provider is left alone for a while, and how it comes back",
            List.of(ENABLED, CONSECUTIVE, RATE_KEY, COUNT_KEY, PAUSE_KEY, TRIAL_LEASE),
            CircuitKeys::policy);

    private CircuitKeys() {}

    private static CircuitPolicy policy(Values said) {
        Values rate = said.get(RATE_KEY);
        Values count = said.get(COUNT_KEY);
        return new CircuitPolicy(
                said.get(ENABLED),
                said.get(CONSECUTIVE),
                rate.get(SHARE) == 0 ? null : new Rate(rate.get(SHARE), rate.get(MINIMUM), rate.get(RATE_WINDOW)),
                count.get(FAILURES) == 0 ? null : new Count(count.get(FAILURES), count.get(COUNT_WINDOW)),
                said.get(PAUSE_KEY),
                said.get(TRIAL_LEASE));
    }
}

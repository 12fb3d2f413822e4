package dev.understudy.ops;

import dev.understudy.Failover;
import java.time.Duration;
import java.util.List;

/** {@link Failover}. */
final class FailoverKeys {

    private static final Failover USUAL = Failover.defaults();

    static final Key<Boolean> AUTOMATIC = Key.of(
            "automatic", Scalars.FLAG, USUAL.automatic(), "whether others are asked when the active provider fails");
    static final Key<Integer> MAX_CONSECUTIVE_FAILURES = Key.of(
            "maxConsecutiveFailures",
            Scalars.whole(1),
            USUAL.maxConsecutiveFailures(),
            "after so many failures in a row the next healthy provider becomes the active one");
    private static final Key<Boolean> RETURNS = Key.of(
            "returns", Scalars.FLAG, USUAL.returns(), "whether the primary becomes active again when it has recovered");
    private static final Key<Duration> RETURN_AFTER = Key.of(
            "returnAfter",
            Scalars.PAUSE,
            USUAL.returnAfter(),
            "without health checks, how long after its last failure it is tried again");

    static final Section<Failover> SECTION = new Section<>(
            "failover",
            "who is asked first, and who after a failure",
            List.of(AUTOMATIC, MAX_CONSECUTIVE_FAILURES, RETURNS, RETURN_AFTER),
            said -> new Failover(
                    said.get(AUTOMATIC),
                    said.get(MAX_CONSECUTIVE_FAILURES),
                    said.get(RETURNS),
                    said.get(RETURN_AFTER)));

    private FailoverKeys() {}
}

package dev.understudy.ops;

import dev.understudy.RetryPolicy;
import java.time.Duration;
import java.util.List;

/** {@link RetryPolicy}. */
final class RetryKeys {

    private static final RetryPolicy USUAL = RetryPolicy.defaults();

    private static final Key<Integer> RETRIES =
            Key.of("retries", Scalars.whole(0), USUAL.retries(), "how often one provider is asked again for one model");
    private static final Key<Duration> BASE =
            Key.of("base", Scalars.DURATION, USUAL.base(), "the first back-off, doubled with each retry");
    private static final Key<Duration> CAP =
            Key.of("cap", Scalars.DURATION, USUAL.cap(), "the longest back-off, at least `base`");
    private static final Key<RetryPolicy.Jitter> JITTER = Key.of(
            "jitter", Scalars.choice(RetryPolicy.Jitter.class), USUAL.jitter(), "how chance spreads the back-off");
    private static final Key<Duration> PATIENCE = Key.of(
            "patience",
            Scalars.PAUSE,
            USUAL.patience(),
            "a Retry-After up to this is waited for; a longer one sends the call to the next route");
    private static final Key<Duration> MAX_WAIT =
            Key.of("maxWait", Scalars.PAUSE, USUAL.maxWait(), "the longest wait of all, when no other route is left");

    static final Section<RetryPolicy> SECTION = new Section<>(
            "retry",
            "how often and after what time the same route is asked again",
            List.of(RETRIES, BASE, CAP, JITTER, PATIENCE, MAX_WAIT),
            said -> new RetryPolicy(
                    said.get(RETRIES),
                    said.get(BASE),
                    said.get(CAP),
                    said.get(JITTER),
                    said.get(PATIENCE),
                    said.get(MAX_WAIT)));

    private RetryKeys() {}
}

package dev.understudy.guard;

import dev.understudy.policy.CircuitPolicy;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** Counts successes and failures of a closed circuit since it closed, and finds the rule that a failure breaks. */
final class BreakerStatistics {

    private final CircuitPolicy policy;
    private final AtomicInteger consecutive = new AtomicInteger();
    private final @Nullable SlidingWindow calls;
    private final @Nullable Recent failures;

    BreakerStatistics(CircuitPolicy policy, long now) {
        CircuitPolicy.Rate rate = policy.rate();
        CircuitPolicy.Count count = policy.count();
        this.policy = policy;
        this.calls = rate == null ? null : new SlidingWindow(Nanos.of(rate.window()), now);
        this.failures = count == null ? null : new Recent(count.failures(), Nanos.of(count.window()), now);
    }

    void success(long now) {
        if (consecutive.get() != 0) {
            consecutive.set(0);
        }
        if (calls != null) {
            calls.success(now);
        }
    }

    /** Counts a failure and returns the rule that it breaks, in words; {@code null} for none. */
    @Nullable
    String failure(long now) {
        int inSequence = consecutive.incrementAndGet();
        if (calls != null) {
            calls.failure(now);
        }
        if (failures != null) {
            failures.add(now);
        }
        if (policy.consecutive() > 0 && inSequence >= policy.consecutive()) {
            return inSequence + " consecutive failures";
        }
        String broken = rate(policy.rate(), now);
        return broken != null ? broken : count(policy.count(), now);
    }

    private @Nullable String rate(CircuitPolicy.@Nullable Rate rule, long now) {
        if (rule == null) {
            return null;
        }
        SlidingWindow.Tally tally = calls(now);
        // The tolerance corrects rounding of the product: 0.07 * 100 is above 7.
        boolean broken = tally.calls() >= rule.minimum() && tally.failures() >= rule.share() * tally.calls() - 1e-9;
        return broken ? tally.failures() + " of " + tally.calls() + " calls failed in " + text(rule.window()) : null;
    }

    private @Nullable String count(CircuitPolicy.@Nullable Count rule, long now) {
        return rule != null && recent(now) >= rule.failures()
                ? rule.failures() + " failures in " + text(rule.window())
                : null;
    }

    private static String text(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }

    int consecutive() {
        return consecutive.get();
    }

    SlidingWindow.Tally calls(long now) {
        return calls == null ? SlidingWindow.Tally.NONE : calls.tally(now);
    }

    int recent(long now) {
        return failures == null ? 0 : failures.count(now);
    }

    /** The instants of the last n failures, which suffice to know whether n of them lie within the window. */
    private static final class Recent {

        private final AtomicLongArray instants;
        private final AtomicInteger next = new AtomicInteger();
        private final long window;

        Recent(int n, long window, long now) {
            this.instants = new AtomicLongArray(n);
            this.window = window;
            for (int i = 0; i < n; i++) {
                instants.set(i, now - window); // too old to count
            }
        }

        void add(long now) {
            int slot = next.getAndUpdate(i -> (i + 1) % instants.length());
            instants.accumulateAndGet(slot, now, (old, latest) -> latest - old > 0 ? latest : old);
        }

        /** Counts the failures within the window, at most n. Reads all of them, because concurrent writers may store out of order. */
        int count(long now) {
            int count = 0;
            for (int i = 0; i < instants.length(); i++) {
                if (now - instants.get(i) < window) {
                    count++;
                }
            }
            return count;
        }
    }
}

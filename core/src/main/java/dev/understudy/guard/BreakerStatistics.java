package dev.understudy.guard;

import dev.understudy.policy.CircuitPolicy;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** Counts the successes and failures of a closed circuit since it closed, and says which rule a failure breaks. */
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

    /** The rule that this failure breaks, in words; {@code null} for none. */
    @Nullable
    String failure(long now) {
        int inARow = consecutive.incrementAndGet();
        if (calls != null) {
            calls.failure(now);
        }
        if (failures != null) {
            failures.add(now);
        }
        if (policy.consecutive() > 0 && inARow >= policy.consecutive()) {
            return inARow + " consecutive failures";
        }
        String broken = rate(policy.rate(), now);
        return broken != null ? broken : count(policy.count(), now);
    }

    private @Nullable String rate(CircuitPolicy.@Nullable Rate rule, long now) {
        if (rule == null) {
            return null;
        }
        SlidingWindow.Tally tally = calls(now);
        // A hair less than the product, which may be a hair too much: 0.07 * 100 is over 7.
        boolean broken = tally.calls() >= rule.minimum() && tally.failures() >= rule.share() * tally.calls() - 1e-9;
        return broken ? tally.failures() + " of " + tally.calls() + " calls failed in " + words(rule.window()) : null;
    }

    private @Nullable String count(CircuitPolicy.@Nullable Count rule, long now) {
        return rule != null && recent(now) >= rule.failures()
                ? rule.failures() + " failures in " + words(rule.window())
                : null;
    }

    private static String words(Duration duration) {
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

    /** The instants of the last n failures: enough to know exactly whether there were n in the last while. */
    private static final class Recent {

        private final AtomicLongArray instants;
        private final AtomicInteger next = new AtomicInteger();
        private final long length;

        Recent(int n, long length, long now) {
            this.instants = new AtomicLongArray(n);
            this.length = length;
            for (int i = 0; i < n; i++) {
                instants.set(i, now - length); // too old to count
            }
        }

        void add(long now) {
            int slot = next.getAndUpdate(i -> (i + 1) % instants.length());
            instants.accumulateAndGet(slot, now, (was, is) -> is - was > 0 ? is : was);
        }

        /** How many are younger than the length, at most n. All are looked at, so that writers may overtake each other. */
        int count(long now) {
            int count = 0;
            for (int i = 0; i < instants.length(); i++) {
                if (now - instants.get(i) < length) {
                    count++;
                }
            }
            return count;
        }
    }
}

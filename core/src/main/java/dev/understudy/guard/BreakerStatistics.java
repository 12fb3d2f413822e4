package dev.understudy.guard;

import dev.understudy.policy.CircuitPolicy;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Counts successes and failures of a closed circuit since it closed, and finds the rule that a failure breaks. */
final class BreakerStatistics {

    private final CircuitPolicy policy;
    private final AtomicReference<FailureStreak> streak = new AtomicReference<>(FailureStreak.NONE);
    private final AtomicInteger flowing = new AtomicInteger(); // streams that have content and no end yet
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
        if (streak.get().length() > 0) {
            streak.set(FailureStreak.NONE);
        }
        if (calls != null) {
            calls.success(now);
        }
    }

    /** Counts a stream that has its first content. */
    void begun() {
        flowing.incrementAndGet();
        if (streak.get().refused() > 0) {
            streak.updateAndGet(FailureStreak::begun);
        }
    }

    /** Counts the end of a stream that had content. */
    void ended() {
        flowing.decrementAndGet();
    }

    /** Returns true if content of a stream may end a row of cut streams. */
    boolean isDoubted() {
        return streak.get().cut() > 0;
    }

    /** Counts content of a stream whose first content came at this instant. */
    void flows(long begun, long now) {
        if (streak.get().isRefutedBy(begun, now)) {
            streak.updateAndGet(current -> current.isRefutedBy(begun, now) ? current.flows() : current);
        }
    }

    /** Counts a failure before the first content and returns the rule that it breaks, in words; {@code null} for none. */
    @Nullable
    String failure(long now) {
        return failed(streak.updateAndGet(FailureStreak::failed), now);
    }

    /** Counts a failure of a stream whose first content came at this instant, like {@link #failure}. */
    @Nullable
    String cut(long begun, long now) {
        return failed(streak.updateAndGet(current -> current.cut(begun, now)), now);
    }

    private @Nullable String failed(FailureStreak row, long now) {
        int inSequence = row.length();
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
        // Streams that go on are no outcomes yet, but they are calls that have not failed.
        int known = tally.calls() + Math.max(0, flowing.get());
        // The tolerance corrects rounding of the product: 0.07 * 100 is above 7.
        boolean broken = tally.calls() >= rule.minimum() && tally.failures() >= rule.share() * known - 1e-9;
        return broken ? tally.failures() + " of " + known + " calls failed in " + text(rule.window()) : null;
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
        return streak.get().length();
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

package dev.understudy;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What a closed circuit has seen since it closed, and whether that breaks a rule. */
final class Ledger {

    private final CircuitPolicy policy;
    private final AtomicInteger consecutive = new AtomicInteger();
    private final @Nullable Window calls;
    private final @Nullable Recent failures;

    Ledger(CircuitPolicy policy, long now) {
        CircuitPolicy.Rate rate = policy.rate();
        CircuitPolicy.Count count = policy.count();
        this.policy = policy;
        this.calls = rate == null ? null : new Window(Nanos.of(rate.window()), now);
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
        Window.Tally tally = calls(now);
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

    Window.Tally calls(long now) {
        return calls == null ? Window.Tally.NONE : calls.tally(now);
    }

    int recent(long now) {
        return failures == null ? 0 : failures.count(now);
    }
}

package dev.understudy.guard;

import dev.understudy.policy.CircuitPolicy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Recent failures of one provider by model. Tells a provider that fails from a provider with one failing model, whose own
 * circuit is enough. Memory is bounded; written on failures only. Thread-safe.
 */
public final class FailureSpread {

    private static final int MAX_MODELS = 64;

    /** Failures that other models than the one with the most failures must have. */
    private static final int ELSEWHERE = 3;

    /** Counts of this and of the previous half of the window. */
    private record Counts(long half, Map<String, Integer> current, Map<String, Integer> previous) {

        Counts plus(String model, long now) {
            Counts rolled = half == now ? this : new Counts(now, Map.of(), half + 1 == now ? current : Map.of());
            Map<String, Integer> next = new LinkedHashMap<>(rolled.current);
            if (next.size() < MAX_MODELS || next.containsKey(model)) {
                next.merge(model, 1, Integer::sum);
            }
            return new Counts(now, next, rolled.previous);
        }

        boolean isSpread() {
            Map<String, Integer> all = new LinkedHashMap<>(previous);
            current.forEach((model, failures) -> all.merge(model, failures, Integer::sum));
            int total = 0;
            int most = 0;
            for (int failures : all.values()) {
                total += failures;
                most = Math.max(most, failures);
            }
            return total - most >= ELSEWHERE;
        }
    }

    private final long origin;
    private final long half;
    private final AtomicReference<Counts> counts = new AtomicReference<>(new Counts(0, Map.of(), Map.of()));

    public FailureSpread(CircuitPolicy policy, long now) {
        this.origin = now;
        this.half = Math.max(1, window(policy) / 2);
    }

    private static long window(CircuitPolicy policy) {
        CircuitPolicy.Rate rate = policy.rate();
        CircuitPolicy.Count count = policy.count();
        long longest =
                Math.max(rate == null ? 0 : Nanos.of(rate.window()), count == null ? 0 : Nanos.of(count.window()));
        return longest == 0 ? 60_000_000_000L : longest;
    }

    public void failed(String model, long now) {
        counts.updateAndGet(before -> before.plus(model, (now - origin) / half));
    }

    /** Forgets all failures. */
    public void reset() {
        counts.set(new Counts(0, Map.of(), Map.of()));
    }

    /** Returns true if the recent failures are not those of one model. */
    public boolean isSpread() {
        return counts.get().isSpread();
    }
}

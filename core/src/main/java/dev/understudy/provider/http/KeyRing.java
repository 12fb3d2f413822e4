package dev.understudy.provider.http;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.endpoint.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one provider, used in turn. A key that is rate limited is left out until the time the vendor named, one
 * without quota for ten minutes, a wrong one until the configuration is loaded anew.
 */
final class KeyRing {

    static final Duration QUOTA = Duration.ofMinutes(10);

    /**
     * A key in use for one exchange.
     *
     * @param index its place on the ring, -1 for none
     * @param key {@code null} at servers without keys
     */
    record Lease(int index, @Nullable Secret key) {
        static final Lease KEYLESS = new Lease(-1, null);

        @Nullable
        String fingerprint() {
            return key == null ? null : key.fingerprint();
        }
    }

    /** @param until the instant when the key may be used again, {@link Long#MAX_VALUE} for never */
    private record Gate(long until, FailureKind kind) {
        boolean shut(long now) {
            return until == Long.MAX_VALUE || until - now > 0;
        }
    }

    private final List<Secret> keys;
    private final AtomicReferenceArray<@Nullable Gate> gates;
    private final AtomicInteger turn = new AtomicInteger();

    KeyRing(List<Secret> keys) {
        this.keys = keys;
        this.gates = new AtomicReferenceArray<>(Math.max(1, keys.size()));
    }

    int size() {
        return keys.size();
    }

    /** The next key in turn that is neither gated nor among those tried in this call; {@code null} if there is none. */
    @Nullable
    Lease lease(Set<Integer> tried, long now) {
        if (keys.isEmpty()) {
            return tried.isEmpty() ? Lease.KEYLESS : null;
        }
        int raw = turn.getAndIncrement();
        int start = Math.floorMod(raw, keys.size());
        for (int i = 0; i < keys.size(); i++) {
            int index = (start + i) % keys.size();
            Gate gate = gates.get(index);
            if (!tried.contains(index) && (gate == null || !gate.shut(now))) {
                turn.compareAndSet(raw + 1, raw + 1 + i); // those passed over have had their turn
                return new Lease(index, keys.get(index));
            }
        }
        return null;
    }

    /** The rate-limited key that opens first, gated or not, among those not tried in this call. */
    @Nullable
    Lease insist(Set<Integer> tried) {
        int first = -1;
        long earliest = 0;
        for (int i = 0; i < keys.size(); i++) {
            Gate gate = gates.get(i);
            boolean limited = gate != null && gate.kind == FailureKind.RATE_LIMITED;
            if (limited && !tried.contains(i) && (first < 0 || gate.until - earliest < 0)) {
                first = i;
                earliest = gate.until;
            }
        }
        return first < 0 ? null : new Lease(first, keys.get(first));
    }

    /** A key that served is free, whatever was said of it before. */
    void open(Lease lease) {
        gates.set(lease.index, null);
    }

    /** Whether another key may do better with the same request. */
    static boolean rotates(FailureKind kind) {
        return kind == FailureKind.RATE_LIMITED || kind == FailureKind.QUOTA || kind == FailureKind.AUTH;
    }

    /** Takes a key out for as long as its failure calls for; how long that is, {@code null} if it stays in. */
    @Nullable
    Duration gate(Lease lease, Failure failure, long now) {
        if (lease.index < 0) {
            return null;
        }
        Duration forHowLong =
                failure.kind() == FailureKind.QUOTA ? longer(QUOTA, failure.retryAfter()) : failure.retryAfter();
        if (failure.kind() == FailureKind.AUTH) {
            gates.set(lease.index, new Gate(Long.MAX_VALUE, FailureKind.AUTH));
            return Duration.ofSeconds(Long.MAX_VALUE);
        }
        if (!rotates(failure.kind()) || forHowLong == null) {
            return null;
        }
        long until = forHowLong.compareTo(Duration.ofDays(3650)) > 0 ? Long.MAX_VALUE : now + forHowLong.toNanos();
        gates.set(lease.index, new Gate(until, failure.kind()));
        return forHowLong;
    }

    /**
     * Leaves a key out that still served, because the vendor says that its bucket is empty now.
     *
     * @return whether it was free until now
     */
    boolean spent(Lease lease, Duration wait, long now) {
        if (lease.index < 0) {
            return false;
        }
        Gate is = new Gate(now + wait.toNanos(), FailureKind.RATE_LIMITED);
        Gate was = gates.get(lease.index);
        boolean longer = was != null && was.shut(now) && (was.until == Long.MAX_VALUE || was.until - is.until >= 0);
        return !longer && gates.compareAndSet(lease.index, was, is) && (was == null || !was.shut(now));
    }

    /** Why there is no key to use now, and when there will be one. Nothing was sent. */
    Failure nobody(long now) {
        long earliest = Long.MAX_VALUE;
        FailureKind kind = FailureKind.AUTH;
        for (int i = 0; i < keys.size(); i++) {
            Gate gate = gates.get(i);
            if (gate == null || !gate.shut(now)) {
                continue;
            }
            if (gate.until != Long.MAX_VALUE && (earliest == Long.MAX_VALUE || gate.until - earliest < 0)) {
                earliest = gate.until;
                kind = gate.kind;
            }
        }
        String all = keys.size() == 1 ? "its key is" : "all " + keys.size() + " keys are";
        if (earliest == Long.MAX_VALUE) {
            return Failure.of(FailureKind.AUTH, all + " out because the vendor does not accept it")
                    .withShouldRetry(false);
        }
        Duration wait = Duration.ofNanos(earliest - now);
        String message = all + " gated (" + kind.label() + ") for " + wait.toMillis() + " ms";
        // Nobody waits in place for money; for a rate limit it may be worth it.
        return kind == FailureKind.QUOTA
                ? Failure.of(FailureKind.QUOTA, message)
                : Failure.of(FailureKind.SKIPPED, message).withRetryAfter(wait);
    }

    /** When the first of the gated keys opens, {@code null} when one is free or none ever will be. */
    @Nullable
    Duration untilNext(long now) {
        Duration earliest = null;
        for (int i = 0; i < keys.size(); i++) {
            Gate gate = gates.get(i);
            if (gate == null || !gate.shut(now)) {
                return null;
            }
            if (gate.until != Long.MAX_VALUE) {
                Duration left = Duration.ofNanos(gate.until - now);
                earliest = earliest == null || left.compareTo(earliest) < 0 ? left : earliest;
            }
        }
        return earliest;
    }

    private static Duration longer(Duration one, @Nullable Duration other) {
        return other != null && other.compareTo(one) > 0 ? other : one;
    }
}

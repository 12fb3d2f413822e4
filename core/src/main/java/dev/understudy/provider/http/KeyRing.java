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
 * Keys of one provider, used round robin. A rate-limited key cools down until the time named by the vendor, one
 * without quota for ten minutes, an invalid one until the configuration is reloaded. Thread-safe.
 */
final class KeyRing {

    static final Duration QUOTA = Duration.ofMinutes(10);

    /**
     * A key in use for one exchange.
     *
     * @param index position of the key, -1 for none
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
    private record Cooldown(long until, FailureKind kind) {
        boolean active(long now) {
            return until == Long.MAX_VALUE || until - now > 0;
        }
    }

    private final List<Secret> keys;
    private final AtomicReferenceArray<@Nullable Cooldown> cooldowns;
    private final AtomicInteger cursor = new AtomicInteger();

    KeyRing(List<Secret> keys) {
        this.keys = keys;
        this.cooldowns = new AtomicReferenceArray<>(Math.max(1, keys.size()));
    }

    int size() {
        return keys.size();
    }

    /** Returns the next key that neither cools down nor was tried in this call; {@code null} if there is none. */
    @Nullable
    Lease lease(Set<Integer> tried, long now) {
        if (keys.isEmpty()) {
            return tried.isEmpty() ? Lease.KEYLESS : null;
        }
        int raw = cursor.getAndIncrement();
        int start = Math.floorMod(raw, keys.size());
        for (int i = 0; i < keys.size(); i++) {
            int index = (start + i) % keys.size();
            Cooldown coolDown = cooldowns.get(index);
            if (!tried.contains(index) && (coolDown == null || !coolDown.active(now))) {
                cursor.compareAndSet(raw + 1, raw + 1 + i); // skipped keys count as used
                return new Lease(index, keys.get(index));
            }
        }
        return null;
    }

    /** Returns the rate-limited key whose cooldown ends first, among those not tried in this call. */
    @Nullable
    Lease leaseCoolingDown(Set<Integer> tried) {
        int first = -1;
        long earliest = 0;
        for (int i = 0; i < keys.size(); i++) {
            Cooldown coolDown = cooldowns.get(i);
            boolean limited = coolDown != null && coolDown.kind == FailureKind.RATE_LIMITED;
            if (limited && !tried.contains(i) && (first < 0 || coolDown.until - earliest < 0)) {
                first = i;
                earliest = coolDown.until;
            }
        }
        return first < 0 ? null : new Lease(first, keys.get(first));
    }

    /** Ends the cooldown of a key that served. */
    void release(Lease lease) {
        cooldowns.set(lease.index, null);
    }

    /** Returns true if another key may succeed with the same request. */
    static boolean rotates(FailureKind kind) {
        return kind == FailureKind.RATE_LIMITED || kind == FailureKind.QUOTA || kind == FailureKind.AUTH;
    }

    /** Starts the cooldown that a failure calls for; returns its length, or {@code null} if the key stays in use. */
    @Nullable
    Duration coolDown(Lease lease, Failure failure, long now) {
        if (lease.index < 0) {
            return null;
        }
        Duration wait =
                failure.kind() == FailureKind.QUOTA ? longer(QUOTA, failure.retryAfter()) : failure.retryAfter();
        if (failure.kind() == FailureKind.AUTH) {
            cooldowns.set(lease.index, new Cooldown(Long.MAX_VALUE, FailureKind.AUTH));
            return Duration.ofSeconds(Long.MAX_VALUE);
        }
        if (!rotates(failure.kind()) || wait == null) {
            return null;
        }
        long until = wait.compareTo(Duration.ofDays(3650)) > 0 ? Long.MAX_VALUE : now + wait.toNanos();
        cooldowns.set(lease.index, new Cooldown(until, failure.kind()));
        return wait;
    }

    /**
     * Starts a cooldown of a key that still served, because the vendor reports its bucket as empty.
     *
     * @return true if the key was in use until now
     */
    boolean spent(Lease lease, Duration wait, long now) {
        if (lease.index < 0) {
            return false;
        }
        Cooldown is = new Cooldown(now + wait.toNanos(), FailureKind.RATE_LIMITED);
        Cooldown was = cooldowns.get(lease.index);
        boolean longer = was != null && was.active(now) && (was.until == Long.MAX_VALUE || was.until - is.until >= 0);
        return !longer && cooldowns.compareAndSet(lease.index, was, is) && (was == null || !was.active(now));
    }

    /** Returns the failure for a call without a usable key, with the time until there is one. Nothing was sent. */
    Failure unavailable(long now) {
        long earliest = Long.MAX_VALUE;
        FailureKind kind = FailureKind.AUTH;
        for (int i = 0; i < keys.size(); i++) {
            Cooldown coolDown = cooldowns.get(i);
            if (coolDown == null || !coolDown.active(now)) {
                continue;
            }
            if (coolDown.until != Long.MAX_VALUE && (earliest == Long.MAX_VALUE || coolDown.until - earliest < 0)) {
                earliest = coolDown.until;
                kind = coolDown.kind;
            }
        }
        String all = keys.size() == 1 ? "its key is" : "all " + keys.size() + " keys are";
        if (earliest == Long.MAX_VALUE) {
            return Failure.of(FailureKind.AUTH, all + " rejected by the vendor").withShouldRetry(false);
        }
        Duration wait = Duration.ofNanos(earliest - now);
        String message = all + " cooling down (" + kind.label() + ") for " + wait.toMillis() + " ms";
        // A rate limit may be worth waiting for, an exhausted quota is not.
        return kind == FailureKind.QUOTA
                ? Failure.of(FailureKind.QUOTA, message)
                : Failure.of(FailureKind.SKIPPED, message).withRetryAfter(wait);
    }

    /** Returns the time until the first cooldown ends; {@code null} if a key is usable, or none ever will be. */
    @Nullable
    Duration untilNext(long now) {
        Duration earliest = null;
        for (int i = 0; i < keys.size(); i++) {
            Cooldown coolDown = cooldowns.get(i);
            if (coolDown == null || !coolDown.active(now)) {
                return null;
            }
            if (coolDown.until != Long.MAX_VALUE) {
                Duration left = Duration.ofNanos(coolDown.until - now);
                earliest = earliest == null || left.compareTo(earliest) < 0 ? left : earliest;
            }
        }
        return earliest;
    }

    private static Duration longer(Duration one, @Nullable Duration other) {
        return other != null && other.compareTo(one) > 0 ? other : one;
    }
}

package dev.understudy.provider.http;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.endpoint.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Keys of one provider, used round robin. A rate-limited key cools down until the time named by the vendor, one
 * without quota or a rejected one for ten minutes, none for longer than an hour. A rejected key is then tried by one call
 * at a time. Thread-safe.
 */
final class KeyRing {

    static final Duration QUOTA = Duration.ofMinutes(10);

    /** Cooldown of a key that the vendor rejected; then one call at a time tries it. */
    static final Duration REJECTED = Duration.ofMinutes(10);

    /** Time after which another call may try a rejected key, if the last trial had no result. */
    static final Duration TRIAL = Duration.ofMinutes(1);

    /** Cooldown of one of several keys after a rate limit without a time. */
    static final Duration UNKNOWN_RATE_LIMIT = Duration.ofSeconds(2);

    /** Limit of a cooldown, whatever a response says. */
    static final Duration LONGEST = Duration.ofHours(1);

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

    /**
     * @param until the instant when the key may be used again
     * @param stated the instant until which the vendor told to wait, which outlasts a rejection; in the past for none
     */
    private record Cooldown(long until, FailureKind kind, long stated) {

        boolean active(long now) {
            return until - now > 0;
        }

        /** Returns this cooldown with the stated wait of the one before, where that is longer. */
        Cooldown after(Cooldown was) {
            if (was.stated - stated <= 0) {
                return this;
            }
            return new Cooldown(was.stated - until > 0 ? was.stated : until, kind, was.stated);
        }
    }

    private final List<Lease> leases; // one for each key
    private final AtomicReferenceArray<@Nullable Cooldown> cooldowns;
    private final AtomicInteger cursor = new AtomicInteger();

    KeyRing(List<Secret> keys) {
        this.leases = IntStream.range(0, keys.size())
                .mapToObj(index -> new Lease(index, keys.get(index)))
                .toList();
        this.cooldowns = new AtomicReferenceArray<>(Math.max(1, keys.size()));
    }

    int size() {
        return leases.size();
    }

    /** Ends all cooldowns. */
    void reset() {
        for (int i = 0; i < cooldowns.length(); i++) {
            cooldowns.set(i, null);
        }
    }

    /** Returns the next key that neither cools down nor was tried in this call; {@code null} if there is none. */
    @Nullable
    Lease lease(Set<Integer> tried, LongSupplier clock) {
        if (leases.isEmpty()) {
            return tried.isEmpty() ? Lease.KEYLESS : null;
        }
        int raw = leases.size() == 1 ? 0 : cursor.getAndIncrement();
        int start = Math.floorMod(raw, leases.size());
        for (int i = 0; i < leases.size(); i++) {
            int index = (start + i) % leases.size();
            Cooldown cooldown = cooldowns.get(index);
            if (!tried.contains(index) && (cooldown == null || acquire(index, cooldown, clock.getAsLong()))) {
                if (i > 0) {
                    cursor.compareAndSet(raw + 1, raw + 1 + i); // skipped keys count as used
                }
                return leases.get(index);
            }
        }
        return null;
    }

    /**
     * Tests whether a cooldown is over. Takes the trial of a key that was rejected, and returns false if another call took
     * it; other keys need none.
     */
    private boolean acquire(int index, Cooldown cooldown, long now) {
        return !cooldown.active(now)
                && (!isRejected(cooldown)
                        || cooldowns.compareAndSet(
                                index, cooldown, new Cooldown(now + TRIAL.toNanos(), FailureKind.AUTH, now)));
    }

    /** Returns true if the key was rejected and is being tried again. */
    boolean isOnTrial(Lease lease) {
        return lease.index >= 0 && isRejected(cooldowns.get(lease.index));
    }

    /** Returns true while a key is left out that was not rejected. */
    boolean isCoolingDown(Lease lease, long now) {
        Cooldown cooldown = lease.index < 0 ? null : cooldowns.get(lease.index);
        return cooldown != null && !isRejected(cooldown) && cooldown.active(now);
    }

    /** Ends the trial of a key that was accepted. */
    void accept(Lease lease) {
        Cooldown trial = cooldowns.get(lease.index);
        if (trial != null && isRejected(trial)) {
            Cooldown wait = new Cooldown(trial.stated, FailureKind.RATE_LIMITED, trial.stated);
            cooldowns.compareAndSet(lease.index, trial, wait);
        }
    }

    private static boolean isRejected(@Nullable Cooldown cooldown) {
        return cooldown != null && cooldown.kind == FailureKind.AUTH;
    }

    /** Returns true if another key may succeed with the same request. */
    static boolean rotates(FailureKind kind) {
        return kind == FailureKind.RATE_LIMITED || kind == FailureKind.QUOTA || kind == FailureKind.AUTH;
    }

    /**
     * Starts the cooldown that a failure calls for, unless a longer one is in force: several requests may fail at a time.
     *
     * @return the time until the key is used again; {@code null} if it stays in use
     */
    @Nullable
    Duration coolDown(Lease lease, Failure failure, long now) {
        if (lease.index < 0) {
            return null;
        }
        Duration wait =
                switch (failure.kind()) {
                    case AUTH -> REJECTED;
                    case QUOTA -> longer(QUOTA, failure.retryAfter());
                    case RATE_LIMITED -> rateLimit(failure.retryAfter());
                    default -> null;
                };
        if (wait == null) {
            return null;
        }
        Duration bounded = wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
        long until = now + bounded.toNanos();
        Cooldown is = new Cooldown(until, failure.kind(), failure.kind() == FailureKind.AUTH ? now : until);
        Cooldown kept = cooldowns.accumulateAndGet(lease.index, is, (was, later) -> later(was, later, now));
        return kept == null ? bounded : Duration.ofNanos(kept.until - now);
    }

    /**
     * Returns the cooldown that ends later. A rejection, and what is learned about a rejected key, replace what was known but
     * for a wait that the vendor named.
     */
    private static @Nullable Cooldown later(@Nullable Cooldown was, @Nullable Cooldown is, long now) {
        if (was == null || is == null || !was.active(now)) {
            return is;
        }
        boolean kept = !isRejected(was) && !isRejected(is) && was.until - is.until >= 0;
        return kept ? was : is.after(was);
    }

    /** Returns the cooldown after a rate limit. Without a time the only key stays in use: the call backs off by itself. */
    private @Nullable Duration rateLimit(@Nullable Duration retryAfter) {
        return retryAfter == null && leases.size() > 1 ? UNKNOWN_RATE_LIMIT : retryAfter;
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
        long until = now + wait.toNanos();
        Cooldown is = new Cooldown(until, FailureKind.RATE_LIMITED, until);
        Cooldown was = cooldowns.get(lease.index);
        boolean longer = was != null && was.active(now) && (isRejected(was) || was.until - is.until >= 0);
        return !longer && cooldowns.compareAndSet(lease.index, was, is) && (was == null || !was.active(now));
    }

    /**
     * Returns the failure for a call without a usable key, with the time until there is one. Nothing was sent. The end of a
     * rejection is no such time, because it only allows a trial.
     */
    Failure unavailable(long now) {
        Cooldown first = first(now);
        String all = leases.size() == 1 ? "its key is" : "all " + leases.size() + " keys are";
        if (first == null) {
            return Failure.of(FailureKind.AUTH, all + " rejected by the vendor").withShouldRetry(false);
        }
        Duration wait = Duration.ofNanos(first.until - now);
        String message = all + " cooling down (" + first.kind.label() + ") for " + wait.toMillis() + " ms";
        // A rate limit may be worth waiting for, an exhausted quota is not.
        return first.kind == FailureKind.QUOTA
                ? Failure.of(FailureKind.QUOTA, message)
                : Failure.of(FailureKind.SKIPPED, message).withRetryAfter(wait);
    }

    /** Returns the time until the first cooldown ends; {@code null} if a key is usable, or all are rejected. */
    @Nullable
    Duration untilNext(long now) {
        for (int i = 0; i < leases.size(); i++) {
            Cooldown cooldown = cooldowns.get(i);
            if (cooldown == null || !cooldown.active(now)) {
                return null;
            }
        }
        Cooldown first = first(now);
        return first == null ? null : Duration.ofNanos(first.until - now);
    }

    /** Returns the cooldown that ends first, those of rejected keys left out. */
    private @Nullable Cooldown first(long now) {
        Cooldown first = null;
        for (int i = 0; i < leases.size(); i++) {
            Cooldown cooldown = cooldowns.get(i);
            if (cooldown != null
                    && cooldown.active(now)
                    && !isRejected(cooldown)
                    && (first == null || cooldown.until - first.until < 0)) {
                first = cooldown;
            }
        }
        return first;
    }

    private static Duration longer(Duration one, @Nullable Duration other) {
        return other != null && other.compareTo(one) > 0 ? other : one;
    }
}

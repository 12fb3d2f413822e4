package dev.understudy.call;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.guard.Nanos;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/** Compares the progress of one attempt with its time limits. One thread reports items; any thread may request and check. */
final class AttemptClock {

    /**
     * A limit that was exceeded.
     *
     * @param phase the phase to report
     * @param limit the limit
     * @param whileWaiting true if the limit is void as soon as an item arrives
     */
    record Expiry(Failure.Phase phase, Duration limit, boolean whileWaiting) {

        ChatException.CallFailed error() {
            return Watchdog.expired(phase, limit);
        }
    }

    private final Watchdog.Limits limits;
    private final long started;
    private final DemandClock demandClock;
    private volatile long contentAt; // on the clock of waiting
    private volatile boolean hasContent;

    AttemptClock(Watchdog.Limits limits, Scheduler scheduler, long now) {
        this.limits = limits;
        this.started = now;
        this.demandClock = new DemandClock(scheduler, now);
    }

    void requested(long n) {
        demandClock.requested(n);
    }

    long demand() {
        return demandClock.demand();
    }

    boolean isUnbounded() {
        return demandClock.isUnbounded();
    }

    /** Restarts the limit between chunks with content. */
    void content(long now) {
        contentAt = demandClock.waited(now);
        hasContent = true;
    }

    void item(long now) {
        demandClock.produced(now);
    }

    /** Counts the time until completion as waiting, because completion needs no demand. */
    void lastItem() {
        demandClock.requested(Long.MAX_VALUE);
    }

    /** Returns the limit that is exceeded now, {@code null} for none. */
    @Nullable
    Expiry expiry(long now) {
        long waited = demandClock.waited(now);
        long total = Nanos.of(limits.total());
        Duration silence = hasContent ? limits.idle() : limits.first();
        if (limits.deadline() != Long.MAX_VALUE && limits.deadline() - now <= 0) {
            return new Expiry(Failure.Phase.DEADLINE, Duration.ofNanos(now - started), false);
        }
        if (waited >= total) {
            return new Expiry(Failure.Phase.TOTAL, limits.total(), false);
        }
        if (demandClock.idleFor(now) >= total) {
            return new Expiry(Failure.Phase.CONSUMER, limits.total(), false);
        }
        return demandClock.demand() > 0 && waited - contentAt >= Nanos.of(silence)
                ? new Expiry(hasContent ? Failure.Phase.IDLE : limits.firstPhase(), silence, true)
                : null;
    }

    /** Returns the nanoseconds until a limit may be exceeded. */
    long untilExpiry(long now) {
        long waited = demandClock.waited(now);
        long total = Nanos.of(limits.total());
        boolean content = hasContent;
        long silence = Nanos.of(content ? limits.idle() : limits.first()) - (waited - contentAt);
        // The first content may arrive before its limit, and the idle limit that applies then may be shorter.
        long due = content ? silence : Math.min(silence, Nanos.of(limits.idle()));
        due = Math.min(due, total - Math.max(waited, demandClock.idleFor(now)));
        return limits.deadline() == Long.MAX_VALUE ? due : Math.min(due, limits.deadline() - now);
    }
}

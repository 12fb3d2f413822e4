package dev.understudy.call;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.guard.Nanos;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
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

    private static final AtomicLongFieldUpdater<AttemptClock> CONTENT_AT =
            AtomicLongFieldUpdater.newUpdater(AttemptClock.class, "contentAt");

    private final Watchdog.Limits limits;
    private final long started;
    private final DemandClock demandClock;
    private volatile long contentAt; // on the clock of waiting
    private volatile Watchdog.@Nullable ContentKind last; // null before the first content

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
    void content(Watchdog.ContentKind kind, long now) {
        contentAt = demandClock.waited(now);
        last = kind;
    }

    long contentAt() {
        return contentAt;
    }

    /**
     * Restarts the limit of the present silence, unless content has restarted it.
     *
     * @param before the value of {@link #contentAt()} before the caller saw that the subscriber does not wait
     */
    void restart(long before, long now) {
        CONTENT_AT.compareAndSet(this, before, demandClock.waited(now));
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
        if (limits.deadline() != Long.MAX_VALUE && limits.deadline() - now <= 0) {
            return new Expiry(Failure.Phase.DEADLINE, Duration.ofNanos(now - started), false);
        }
        if (waited >= total) {
            return new Expiry(Failure.Phase.TOTAL, limits.total(), false);
        }
        if (demandClock.idleFor(now) >= total) {
            return new Expiry(Failure.Phase.CONSUMER, limits.total(), false);
        }
        Expiry silence = silence();
        return demandClock.demand() > 0 && waited - contentAt >= Nanos.of(silence.limit()) ? silence : null;
    }

    /** Returns the limit of the present silence. */
    private Expiry silence() {
        Watchdog.ContentKind kind = last;
        if (kind != null) {
            return new Expiry(Failure.Phase.IDLE, limits.idle(kind), true);
        }
        Duration headers = limits.headers();
        return headers == null
                ? new Expiry(limits.firstPhase(), limits.first(), true)
                : new Expiry(Failure.Phase.HEADERS, headers, true);
    }

    /** Returns the nanoseconds until a limit may be exceeded. */
    long untilExpiry(long now) {
        long waited = demandClock.waited(now);
        long total = Nanos.of(limits.total());
        long silence = Nanos.of(silence().limit()) - (waited - contentAt);
        // Content may arrive before its limit, and the idle limit that applies then may be shorter.
        long due = Math.min(silence, Nanos.of(limits.idle(Watchdog.ContentKind.OTHER)));
        due = Math.min(due, total - Math.max(waited, demandClock.idleFor(now)));
        return limits.deadline() == Long.MAX_VALUE ? due : Math.min(due, limits.deadline() - now);
    }
}

package dev.understudy;

import dev.understudy.guard.Nanos;
import dev.understudy.guard.TimeSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Moment by which work has to be over, on the clock of a scheduler. May be shared by many calls of a pipeline: {@link
 * CallContext#deadline(Deadline)}. Immutable.
 */
public final class Deadline {

    private final TimeSource timeSource;
    private final long at;

    private Deadline(TimeSource timeSource, long at) {
        this.timeSource = timeSource;
        this.at = at;
    }

    /** Deadline after this time from now, on the clock of {@code Schedulers.parallel()}. */
    public static Deadline after(Duration duration) {
        return after(duration, TimeSource.PARALLEL);
    }

    /** Deadline after this time from now, on the clock of this scheduler. */
    public static Deadline after(Duration duration, Scheduler clock) {
        return after(duration, new TimeSource(() -> clock));
    }

    private static Deadline after(Duration duration, TimeSource timeSource) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException("A deadline lies in the future: " + duration);
        }
        return new Deadline(timeSource, timeSource.nanos() + Nanos.of(duration));
    }

    /** Time that is left as of now; zero or negative when the deadline is over. */
    public Duration remaining() {
        return Duration.ofNanos(nanos());
    }

    public boolean isOver() {
        return nanos() <= 0;
    }

    /** The earlier one of this and another deadline. */
    Deadline earlier(@Nullable Deadline other) {
        return other == null || nanos() <= other.nanos() ? this : other;
    }

    long nanos() {
        return at - timeSource.nanos();
    }

    @Override
    public String toString() {
        return "Deadline[remaining=" + remaining() + "]";
    }
}

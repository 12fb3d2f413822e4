package dev.understudy.ops.webhook;

import dev.understudy.event.Event;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Keeps a storm of events from becoming a storm of posts: the first of its kind is told at once; those that follow in the
 * quiet time are told together at its end, as the last of them and how many there were. So nothing is late by more than
 * the quiet time, and the last word about anything is always told.
 */
final class EventCoalescer {

    static final int MOST = 1_000;

    /** Hears an event, and how many it stands for. */
    @FunctionalInterface
    interface Ear {
        void on(Event event, int count);
    }

    /** Events of one kind about one thing. */
    private record Subject(Class<?> sort, String door, String provider, String detail) {}

    private record Silence(int count, @Nullable Event last) {
        static final Silence NOTHING_YET = new Silence(0, null);
    }

    private final Duration time;
    private final Supplier<Scheduler> scheduler;
    private final Ear ear;
    private final Map<Subject, Silence> silences = new ConcurrentHashMap<>();

    EventCoalescer(Duration time, Supplier<Scheduler> scheduler, Ear ear) {
        this.time = time;
        this.scheduler = scheduler;
        this.ear = ear;
    }

    /** @return whether it was, or will be, told; there is a bound to what is kept in mind */
    boolean on(Event event) {
        Subject subject = subject(event);
        if (time.isZero() || subject == null) {
            ear.on(event, 1);
            return true;
        }
        if (silences.size() >= MOST && !silences.containsKey(subject)) {
            return false;
        }
        AtomicBoolean first = new AtomicBoolean();
        silences.compute(subject, (same, silence) -> {
            first.set(silence == null);
            return silence == null ? Silence.NOTHING_YET : new Silence(silence.count + 1, event);
        });
        if (first.get()) {
            ear.on(event, 1);
            wait(subject);
        }
        return true;
    }

    private void wait(Subject subject) {
        scheduler.get().schedule(() -> over(subject), time.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void over(Subject subject) {
        Silence[] was = new Silence[1];
        silences.compute(subject, (same, silence) -> {
            was[0] = silence;
            return silence == null || silence.last == null ? null : Silence.NOTHING_YET;
        });
        if (was[0] != null && was[0].last != null) {
            ear.on(was[0].last, was[0].count);
            wait(subject);
        }
    }

    /** {@code null} for what is always told by itself. */
    private static @Nullable Subject subject(Event event) {
        if (event instanceof Event.FailedOver over) {
            return new Subject(
                    Event.FailedOver.class,
                    over.understudy(),
                    over.from(),
                    over.to() + " " + over.failure().kind());
        }
        if (event instanceof Event.CircuitStateChanged moved) {
            return new Subject(Event.CircuitStateChanged.class, moved.understudy(), moved.provider(), moved.model());
        }
        if (event instanceof Event.HealthChanged changed) {
            return new Subject(Event.HealthChanged.class, changed.understudy(), changed.provider(), "");
        }
        if (event instanceof Event.StreamTakenOver over) {
            return new Subject(Event.StreamTakenOver.class, over.understudy(), over.from(), over.to());
        }
        if (event instanceof Event.StreamLost lost) {
            return new Subject(Event.StreamLost.class, lost.understudy(), lost.provider(), "");
        }
        return event instanceof Event.ActiveProviderChanged moved
                ? new Subject(Event.ActiveProviderChanged.class, moved.understudy(), "", "")
                : null;
    }
}

package dev.understudy.ops.webhook;

import dev.understudy.event.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Limits the rate of posts. The first event of a kind is posted at once; those that follow within the quiet time are
 * posted together at its end, as the last of them with their number. No event is delayed by more than the quiet time,
 * and the latest state is always posted.
 */
final class EventCoalescer {

    static final int MAX_SUBJECTS = 1_000;

    /** Receives an event with its time and the number of events that it represents. */
    @FunctionalInterface
    interface Sink {
        void on(Event event, Instant at, int count);
    }

    /** The kind of an event and the provider that it concerns. */
    private record Subject(Class<?> sort, String understudy, String provider, String detail) {}

    /** @param at time of the last event */
    private record Window(int count, @Nullable Event last, Instant at) {
        static final Window EMPTY = new Window(0, null, Instant.EPOCH);
    }

    private final Duration time;
    private final Supplier<Scheduler> scheduler;
    private final Sink sink;
    private final Map<Subject, Window> windows = new ConcurrentHashMap<>();

    EventCoalescer(Duration time, Supplier<Scheduler> scheduler, Sink sink) {
        this.time = time;
        this.scheduler = scheduler;
        this.sink = sink;
    }

    /** Posts an event, now or combined with others later, and returns true; false when too many kinds are pending. */
    boolean on(Event event) {
        Subject subject = subject(event);
        Instant now = Instant.ofEpochMilli(scheduler.get().now(TimeUnit.MILLISECONDS));
        if (time.isZero() || subject == null) {
            sink.on(event, now, 1);
            return true;
        }
        if (windows.size() >= MAX_SUBJECTS && !windows.containsKey(subject)) {
            return false;
        }
        AtomicBoolean first = new AtomicBoolean();
        windows.compute(subject, (key, window) -> {
            first.set(window == null);
            return window == null ? Window.EMPTY : new Window(window.count + 1, event, now);
        });
        if (first.get()) {
            sink.on(event, now, 1);
            openWindow(subject);
        }
        return true;
    }

    private void openWindow(Subject subject) {
        scheduler.get().schedule(() -> windowEnds(subject), time.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void windowEnds(Subject subject) {
        Window[] closed = new Window[1];
        windows.compute(subject, (key, window) -> {
            closed[0] = window;
            return window == null || window.last == null ? null : Window.EMPTY;
        });
        if (closed[0] != null && closed[0].last != null) {
            sink.on(closed[0].last, closed[0].at, closed[0].count);
            openWindow(subject);
        }
    }

    /** Returns the subject of an event; {@code null} for events that are always posted singly. */
    private static @Nullable Subject subject(Event event) {
        if (event instanceof Event.FailedOver over) {
            return new Subject(
                    Event.FailedOver.class,
                    over.understudy(),
                    over.from().provider(),
                    over.to().provider() + " " + over.failure().kind());
        }
        if (event instanceof Event.CircuitStateChanged changed) {
            return new Subject(
                    Event.CircuitStateChanged.class, changed.understudy(), changed.provider(), changed.model());
        }
        if (event instanceof Event.HealthChanged changed) {
            return new Subject(Event.HealthChanged.class, changed.understudy(), changed.provider(), "");
        }
        if (event instanceof Event.StreamTakenOver over) {
            return new Subject(
                    Event.StreamTakenOver.class,
                    over.understudy(),
                    over.from().provider(),
                    over.to().provider());
        }
        if (event instanceof Event.StreamLost lost) {
            return new Subject(Event.StreamLost.class, lost.understudy(), lost.provider(), "");
        }
        if (event instanceof Event.HoldChanged changed) {
            return new Subject(Event.HoldChanged.class, changed.understudy(), changed.provider(), "");
        }
        return event instanceof Event.ActiveProviderChanged changed
                ? new Subject(Event.ActiveProviderChanged.class, changed.understudy(), "", "")
                : null;
    }
}

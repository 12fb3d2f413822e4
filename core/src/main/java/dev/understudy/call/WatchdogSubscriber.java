package dev.understudy.call;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.guard.Nanos;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/** One subscription to a {@link Watchdog}. All that decides who may signal stands in one atomic reference. */
final class WatchdogSubscriber<T> implements CoreSubscriber<T>, Subscription, Scannable {

    private sealed interface State permits Quiet, Emitting, Ending {}

    private enum Quiet implements State {
        QUIET,
        OVER
    }

    /** A thread passes an item on. A signal of that thread inside of it is a re-entrant one. */
    private record Emitting(Thread thread) implements State {}

    /** The stream is over, and the thread that passes an item on tells it behind the item. */
    private record Ending(Throwable why) implements State {}

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<WatchdogSubscriber, State> STATE =
            AtomicReferenceFieldUpdater.newUpdater(WatchdogSubscriber.class, State.class, "state");

    /** A chunk on its way down keeps a due timer from firing; looking again at once would spin. */
    private static final long AT_LEAST = TimeUnit.MILLISECONDS.toNanos(1);

    private final CoreSubscriber<? super T> actual;
    private final Watchdog.Limits limits;
    private final Scheduler scheduler;
    private final long started;
    private final DemandClock clock;
    private final AttemptTimer attemptTimer = new AttemptTimer();

    private Subscription upstream = Operators.emptySubscription();
    private volatile State state = Quiet.QUIET;
    private volatile long contentAt; // on the clock of waiting
    private volatile boolean spoken;
    private Emitting last = new Emitting(Thread.currentThread());

    WatchdogSubscriber(CoreSubscriber<? super T> actual, Watchdog.Limits limits, Scheduler scheduler) {
        this.actual = actual;
        this.limits = limits;
        this.scheduler = scheduler;
        this.started = now();
        this.clock = new DemandClock(scheduler, started);
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (Operators.validate(upstream == Operators.emptySubscription() ? null : upstream, subscription)) {
            upstream = subscription;
            actual.onSubscribe(this);
            arm(started);
        }
    }

    @Override
    public void request(long n) {
        if (Operators.validate(n)) {
            clock.requested(n);
            try {
                upstream.request(n);
            } catch (Throwable thrown) { // a source that works inside of request
                failed(thrown);
            }
        }
    }

    @Override
    public void onNext(T item) {
        Emitting mine = emitting();
        boolean outermost;
        while (!(outermost = STATE.compareAndSet(this, Quiet.QUIET, mine))) {
            State is = state;
            if (is instanceof Emitting other) {
                if (other.thread == mine.thread) {
                    break; // re-entrant, within the bounds of rule 3.3
                }
                end(unserialized("onNext"), true);
            } else if (is != Quiet.QUIET) {
                Operators.onDiscard(item, actual.currentContext());
                return;
            }
        }
        try {
            pass(item);
        } catch (Throwable thrown) {
            failed(thrown);
        }
        if (outermost && !STATE.compareAndSet(this, mine, Quiet.QUIET) && state instanceof Ending ending) {
            state = Quiet.OVER;
            actual.onError(ending.why);
        }
    }

    private void pass(@Nullable T item) {
        if (item == null) {
            end(broken("null instead of an item", "2.13"), true);
            return;
        }
        boolean content = !(item instanceof StreamChunk chunk) || chunk.isContent();
        boolean ends = !(item instanceof StreamChunk) || item instanceof StreamChunk.Finish;
        if (content || ends || !clock.isUnbounded()) {
            long now = now();
            if (content) {
                contentAt = clock.waited(now);
                spoken = true;
            }
            if (ends) {
                clock.requested(Long.MAX_VALUE); // the end that follows needs no demand
            } else {
                clock.produced(now);
            }
        }
        actual.onNext(item);
    }

    private Emitting emitting() {
        Emitting mine = last;
        if (mine.thread != Thread.currentThread()) {
            mine = new Emitting(Thread.currentThread());
            last = mine;
        }
        return mine;
    }

    @Override
    public void onError(Throwable error) {
        if (!end(error, false)) {
            Operators.onErrorDropped(error, actual.currentContext());
        }
    }

    @Override
    public void onComplete() {
        State is = state;
        while (is == Quiet.QUIET || is instanceof Emitting) {
            if (is instanceof Emitting other && other.thread != Thread.currentThread()) {
                end(unserialized("onComplete"), true);
                return;
            }
            if (STATE.compareAndSet(this, is, Quiet.OVER)) {
                attemptTimer.off();
                actual.onComplete();
                return;
            }
            is = state;
        }
    }

    @Override
    public void cancel() {
        state = Quiet.OVER;
        attemptTimer.off();
        upstream.cancel();
    }

    /** Something threw that should have signalled; false when it was before the subscription was there. */
    boolean failed(Throwable thrown) {
        if (upstream == Operators.emptySubscription()) {
            return false;
        }
        if (!end(thrown, true)) {
            Operators.onErrorDropped(thrown, actual.currentContext());
        }
        return true;
    }

    /** Ends the stream, at once or behind the item that another thread passes on; false if it was over. */
    private boolean end(Throwable why, boolean cancels) {
        while (true) {
            State is = state;
            if (is == Quiet.OVER || is instanceof Ending) {
                return false;
            }
            boolean elsewhere = is instanceof Emitting other && other.thread != Thread.currentThread();
            if (STATE.compareAndSet(this, is, elsewhere ? new Ending(why) : Quiet.OVER)) {
                attemptTimer.off();
                if (cancels) {
                    upstream.cancel();
                }
                if (!elsewhere) {
                    actual.onError(why);
                }
                return true;
            }
        }
    }

    private void look() {
        long now = now();
        long waited = clock.waited(now);
        long total = Nanos.of(limits.total());
        Duration limit = spoken ? limits.idle() : limits.first();
        if (limits.deadline() != Long.MAX_VALUE && limits.deadline() - now <= 0) {
            end(Watchdog.expired(Failure.Phase.DEADLINE, Duration.ofNanos(now - started)), true);
        } else if (waited >= total) {
            end(Watchdog.expired(Failure.Phase.TOTAL, limits.total()), true);
        } else if (clock.idleFor(now) >= total) {
            end(Watchdog.expired(Failure.Phase.CONSUMER, limits.total()), true);
        } else if (clock.demand() > 0
                && waited - contentAt >= Nanos.of(limit)
                && STATE.compareAndSet(this, Quiet.QUIET, Quiet.OVER)) {
            upstream.cancel();
            actual.onError(Watchdog.expired(spoken ? Failure.Phase.IDLE : limits.firstPhase(), limit));
        } else {
            arm(now);
        }
    }

    private void arm(long now) {
        long waited = clock.waited(now);
        long total = Nanos.of(limits.total());
        long silence = Nanos.of(spoken ? limits.idle() : limits.first()) - (waited - contentAt);
        // The first content may be here before its limit, and the clock that runs then may be shorter.
        long due = spoken ? silence : Math.min(silence, Nanos.of(limits.idle()));
        due = Math.min(due, total - Math.max(waited, clock.idleFor(now)));
        if (limits.deadline() != Long.MAX_VALUE) {
            due = Math.min(due, limits.deadline() - now);
        }
        try {
            attemptTimer.set(scheduler, this::look, Math.max(AT_LEAST, due));
        } catch (Throwable thrown) { // no timers any more: nothing would end a silence
            failed(thrown);
        }
    }

    private static ChatException.CallFailed unserialized(String signal) {
        return broken(signal + " while another thread was in onNext", "1.3");
    }

    private static ChatException.CallFailed broken(String what, String rule) {
        return new ChatException.CallFailed(Failure.of(
                FailureKind.PROTOCOL,
                "the provider's publisher signalled " + what + ", against rule " + rule + " of Reactive Streams"));
    }

    private long now() {
        return scheduler.now(TimeUnit.NANOSECONDS);
    }

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    @Override
    @SuppressWarnings("rawtypes") // as Scannable declares it
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.PARENT) {
            return upstream;
        }
        if (key == Attr.ACTUAL) {
            return actual;
        }
        if (key == Attr.TERMINATED) {
            return state == Quiet.OVER;
        }
        if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
            return clock.demand();
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}

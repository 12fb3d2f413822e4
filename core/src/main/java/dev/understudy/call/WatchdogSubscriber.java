package dev.understudy.call;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.guard.FinishWait;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/** One subscription to a {@link Watchdog}. One atomic reference decides which thread may signal. */
final class WatchdogSubscriber<T> implements CoreSubscriber<T>, Subscription, Scannable {

    private sealed interface State permits Idle, Emitting, Ending {}

    private enum Idle implements State {
        IDLE,
        OVER
    }

    /** A thread emits an item. Further signals of that thread are re-entrant. */
    private record Emitting(Thread thread) implements State {}

    /** The stream has failed, and the thread that emits an item signals the error after it. */
    private record Ending(Throwable error) implements State {}

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<WatchdogSubscriber, State> STATE =
            AtomicReferenceFieldUpdater.newUpdater(WatchdogSubscriber.class, State.class, "state");

    /** Shortest delay of the timer. */
    private static final long MIN_DELAY = TimeUnit.MILLISECONDS.toNanos(1);

    /** Longest delay while an item is emitted: as much of that time at most is taken for silence of the source. */
    private static final long WHILE_EMITTING = TimeUnit.SECONDS.toNanos(1);

    /** Longest time that a source may take to complete once {@link FinishWait} told it to. */
    private static final long COMPLETION = TimeUnit.SECONDS.toNanos(2);

    private final CoreSubscriber<? super T> actual;
    private final Scheduler scheduler;
    private final AttemptClock clock;
    private final FinishWait finishWait;
    private final AttemptTimer attemptTimer = new AttemptTimer();

    private Subscription upstream = Operators.emptySubscription();
    private boolean subscribed; // a source that ends at once hands over the empty subscription too
    private volatile State state = Idle.IDLE;
    private Emitting last = new Emitting(Thread.currentThread());
    private Watchdog.@Nullable ContentKind contentKind; // of the content emitted since the last restart of the limit

    WatchdogSubscriber(
            CoreSubscriber<? super T> actual, Watchdog.Limits limits, Scheduler scheduler, FinishWait finishWait) {
        this.finishWait = finishWait;
        this.actual = actual;
        this.scheduler = scheduler;
        this.clock = new AttemptClock(limits, scheduler, now());
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (Operators.validate(subscribed ? upstream : null, subscription)) {
            upstream = subscription;
            subscribed = true;
            actual.onSubscribe(this);
            setTimer(now(), Long.MAX_VALUE);
        }
    }

    @Override
    public void request(long n) {
        if (Operators.validate(n)) {
            clock.requested(n);
            try {
                upstream.request(n);
            } catch (Throwable thrown) { // a source that emits inside request
                failed(thrown);
            }
        }
    }

    @Override
    public void onNext(T item) {
        Emitting mine = emitting();
        boolean outermost = STATE.compareAndSet(this, Idle.IDLE, mine);
        while (!outermost) {
            State current = state;
            if (current instanceof Emitting other) {
                if (other.thread == mine.thread) {
                    break; // re-entrant, which rule 3.3 permits
                }
                end(unserialized("onNext"), true);
            } else if (current != Idle.IDLE) {
                Operators.onDiscard(item, actual.currentContext());
                return;
            }
            outermost = STATE.compareAndSet(this, Idle.IDLE, mine);
        }
        try {
            pass(item);
        } catch (Throwable thrown) {
            failed(thrown);
        }
        if (outermost) {
            emitted(mine);
        }
    }

    /** Restarts the limit of silence, in which the time that the subscriber took for the item does not count. */
    private void emitted(Emitting mine) {
        Watchdog.ContentKind kind = contentKind;
        if (kind != null) {
            contentKind = null;
            clock.content(kind, now());
        }
        if (!STATE.compareAndSet(this, mine, Idle.IDLE) && state instanceof Ending ending) {
            state = Idle.OVER;
            actual.onError(ending.error);
        }
    }

    private void pass(@Nullable T item) {
        if (item == null) {
            end(broken("null instead of an item", "2.13"), true);
            return;
        }
        if (!(item instanceof StreamChunk chunk) || chunk.isContent()) {
            contentKind = Watchdog.ContentKind.of(item);
        }
        if (!(item instanceof StreamChunk) || item instanceof StreamChunk.Finish) {
            clock.lastItem();
        } else if (!clock.isUnbounded()) {
            clock.item(now());
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
        State current = state;
        while (current == Idle.IDLE || current instanceof Emitting) {
            if (current instanceof Emitting other && other.thread != Thread.currentThread()) {
                end(unserialized("onComplete"), true);
                return;
            }
            if (STATE.compareAndSet(this, current, Idle.OVER)) {
                attemptTimer.off();
                actual.onComplete();
                return;
            }
            current = state;
        }
    }

    @Override
    public void cancel() {
        State before = STATE.getAndSet(this, Idle.OVER);
        attemptTimer.off();
        if (before != Idle.OVER && !(before instanceof Ending)) {
            upstream.cancel(); // neither a second time nor after its end
        }
    }

    /** Signals what the source threw; returns false if that was before it called {@code onSubscribe}. */
    boolean failed(Throwable thrown) {
        if (!subscribed) {
            return false;
        }
        if (!end(thrown, true)) {
            Operators.onErrorDropped(thrown, actual.currentContext());
        }
        return true;
    }

    /** Signals an error, at once or after the item that another thread emits; returns false if the stream had ended. */
    private boolean end(Throwable error, boolean cancels) {
        while (true) {
            State current = state;
            if (current == Idle.OVER || current instanceof Ending) {
                return false;
            }
            boolean elsewhere = current instanceof Emitting other && other.thread != Thread.currentThread();
            if (STATE.compareAndSet(this, current, elsewhere ? new Ending(error) : Idle.OVER)) {
                attemptTimer.off();
                if (cancels) {
                    upstream.cancel();
                }
                if (!elsewhere) {
                    actual.onError(error);
                }
                return true;
            }
        }
    }

    private void check() {
        long now = now();
        long contentAt = clock.contentAt();
        boolean emits = state instanceof Emitting;
        if (emits || clock.demand() == 0) { // the silence is the subscriber's
            clock.restart(contentAt, now);
        }
        AttemptClock.Expiry expiry = clock.expiry(now);
        if (expiry == null) {
            setTimer(now, emits ? WHILE_EMITTING : Long.MAX_VALUE);
        } else if (state == Idle.IDLE && expiry.phase() != Failure.Phase.CONSUMER && finishWait.complete()) {
            completing();
        } else if (!expiry.whileWaiting()) {
            end(expiry.error(), true);
        } else if (STATE.compareAndSet(this, Idle.IDLE, Idle.OVER)) {
            attemptTimer.off(); // a later cancellation would interrupt the thread of this signal
            upstream.cancel();
            actual.onError(expiry.error());
        } else {
            setTimer(now, WHILE_EMITTING);
        }
    }

    /** Checks the limits again after the time in which a source that was told to complete does so. */
    private void completing() {
        try {
            attemptTimer.set(scheduler, this::check, COMPLETION);
        } catch (Throwable thrown) {
            failed(thrown);
        }
    }

    private void setTimer(long now, long longest) {
        try {
            long delay = Math.max(MIN_DELAY, Math.min(longest, clock.untilExpiry(now)));
            attemptTimer.set(scheduler, this::check, delay);
        } catch (Throwable thrown) { // without timers nothing would end a silent attempt
            failed(thrown);
        }
    }

    private static ChatException.CallFailed unserialized(String signal) {
        return broken(signal + " while another thread was in onNext", "1.3");
    }

    private static ChatException.CallFailed broken(String violation, String rule) {
        return new ChatException.CallFailed(Failure.of(
                FailureKind.PROTOCOL,
                "the provider's publisher signalled " + violation + ", against rule " + rule + " of Reactive Streams"));
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
            return state == Idle.OVER;
        }
        if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
            return clock.demand();
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}

package dev.understudy.streaming.operator;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * One subscription of a {@link StatefulOperator}. A subscriber with unbounded demand at first is served on the thread
 * of the source (FAST), every other one in a {@link DrainLoop}, one item at a time (EXACT). The first request selects
 * the mode.
 */
final class StatefulSubscriber<I, O> extends DrainLoop
        implements CoreSubscriber<I>, Subscription, Scannable, StatefulOperator.Sink<O> {

    private static final int NEW = 0;
    private static final int FAST = 1;
    private static final int EXACT = 2;

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<StatefulSubscriber> MODE =
            AtomicIntegerFieldUpdater.newUpdater(StatefulSubscriber.class, "mode");

    private final CoreSubscriber<? super O> actual;
    private final DemandQueue<O> demandQueue;
    private final StatefulOperator.Handler<I, O> handler;
    private final ResettableTimer resettableTimer;
    private Subscription upstream = Operators.emptySubscription();

    private volatile int mode;

    // The item that arrived and was not handled yet. There is never more than one item, for no more is requested.
    private volatile @Nullable I arrived;
    private volatile boolean sourceEnded;
    private @Nullable Throwable failure;

    // Used by the draining thread only.
    private boolean itemRequested;
    private boolean endHandled; // the handler knows the end of the source
    private boolean streamEnded; // the handler has ended the stream
    private @Nullable Throwable end;

    StatefulSubscriber(
            CoreSubscriber<? super O> actual, StatefulOperator.Handler<I, O> handler, Supplier<Scheduler> timers) {
        this.actual = actual;
        this.demandQueue = new DemandQueue<>(actual);
        this.handler = handler;
        this.resettableTimer = new ResettableTimer(timers, this::drain);
    }

    // Signals of the subscriber.

    @Override
    public void request(long n) {
        if (!Operators.validate(n)) {
            return;
        }
        if (n == Long.MAX_VALUE && !handler.isTimed() && MODE.compareAndSet(this, NEW, FAST)) {
            demandQueue.ask(n);
            if (sourceEnded) {
                drain();
            } else {
                upstream.request(n);
            }
            return;
        }
        if (mode == NEW) {
            MODE.compareAndSet(this, NEW, EXACT);
        }
        if (mode == EXACT) {
            demandQueue.ask(n);
            drain();
        }
    }

    @Override
    public void cancel() {
        if (!demandQueue.isClosed()) {
            demandQueue.close();
            resettableTimer.stop();
            upstream.cancel();
            if (mode != FAST) {
                drain();
            }
        }
    }

    // Signals of the source.

    @Override
    public void onSubscribe(Subscription subscription) {
        if (Operators.validate(upstream == Operators.emptySubscription() ? null : upstream, subscription)) {
            upstream = subscription;
            handler.begin(this);
            actual.onSubscribe(this);
        }
    }

    @Override
    public void onNext(I item) {
        if (mode != FAST) {
            if (arrived != null) {
                overrun(item);
                return;
            }
            arrived = item;
            drain();
        } else if (demandQueue.isDone() || demandQueue.isClosed()) {
            Operators.onDiscard(item, actual.currentContext());
        } else {
            hand(item);
            if (streamEnded && !demandQueue.isClosed()) {
                finish();
            }
        }
    }

    /** Handles a source that sends more than was requested: an error, so that nothing is lost silently. */
    private void overrun(I item) {
        if (sourceEnded) {
            Operators.onDiscard(item, actual.currentContext());
        } else {
            Throwable overflow = Exceptions.failWithOverflow("The source sends more than it was asked for");
            onError(Operators.onOperatorError(upstream, overflow, item, actual.currentContext()));
        }
    }

    @Override
    public void onError(Throwable error) {
        if (sourceEnded) {
            Operators.onErrorDropped(error, actual.currentContext());
            return;
        }
        failure = error;
        onComplete();
    }

    @Override
    public void onComplete() {
        sourceEnded = true;
        drain();
    }

    // Calls of the handler.

    @Override
    public void emit(O item) {
        demandQueue.emit(item);
    }

    @Override
    public boolean isWanted() {
        return demandQueue.isWanted();
    }

    @Override
    public void end(@Nullable Throwable error) {
        if (!streamEnded) {
            streamEnded = true;
            end = error;
            if (!sourceEnded) {
                upstream.cancel();
            }
        }
    }

    @Override
    public void wake(Duration after) {
        if (!demandQueue.isClosed() && !streamEnded) {
            resettableTimer.set(after);
        }
    }

    @Override
    void drainOnce() {
        boolean last = sourceEnded; // read before the item: the end comes behind it
        I item = arrived;
        if (item != null) {
            arrived = null;
            itemRequested = false;
            if (streamEnded || demandQueue.isClosed()) {
                Operators.onDiscard(item, actual.currentContext());
            } else {
                hand(item);
            }
        }
        if (resettableTimer.hasRung() && !streamEnded && !demandQueue.isClosed()) {
            guard(() -> handler.onTimer(this));
        }
        if (last && !endHandled && !demandQueue.isClosed()) {
            endHandled = true;
            if (!streamEnded) {
                guard(() -> handler.terminate(failure, this));
            }
        }
        demandQueue.drain();
        settle();
    }

    /** Ends, or requests the next item when the queue is empty. */
    private void settle() {
        if (demandQueue.isClosed() || !demandQueue.isEmpty()) {
            return;
        }
        if (streamEnded) {
            if (!demandQueue.isDone()) {
                finish();
            }
        } else if (!itemRequested && !sourceEnded && (demandQueue.isWanted() || handler.awaitsEnd())) {
            itemRequested = true;
            upstream.request(1);
        }
    }

    private void hand(I item) {
        try {
            handler.next(item, this);
        } catch (Throwable thrown) {
            end(Operators.onOperatorError(upstream, thrown, item, actual.currentContext()));
        }
    }

    private void guard(Runnable call) {
        try {
            call.run();
        } catch (Throwable thrown) {
            end(Operators.onOperatorError(upstream, thrown, actual.currentContext()));
        }
    }

    private void finish() {
        resettableTimer.stop();
        demandQueue.finish(end);
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
        return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : demandQueue.scan(key);
    }
}

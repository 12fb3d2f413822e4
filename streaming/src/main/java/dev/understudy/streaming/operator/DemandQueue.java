package dev.understudy.streaming.operator;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;

/**
 * Queue to the subscriber: emits at most what was requested and keeps the rest. Any thread may call {@link #ask} and
 * {@link #close}; all else is called by one thread at a time.
 */
final class DemandQueue<O> {

    @SuppressWarnings("rawtypes")
    private static final AtomicLongFieldUpdater<DemandQueue> DEMAND =
            AtomicLongFieldUpdater.newUpdater(DemandQueue.class, "demand");

    private final CoreSubscriber<? super O> actual;
    private final ArrayDeque<O> waiting = new ArrayDeque<>(2);
    private volatile long demand;
    private volatile boolean closed;
    private boolean done;

    DemandQueue(CoreSubscriber<? super O> actual) {
        this.actual = actual;
    }

    void ask(long n) {
        Operators.addCap(DEMAND, this, n);
    }

    /** Records the cancellation. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    boolean isWanted() {
        return demand > 0 && waiting.isEmpty();
    }

    /** Emits at once if there is demand, else queues the item. */
    void emit(O item) {
        if (waiting.isEmpty() && demand > 0 && !closed) {
            send(item);
        } else {
            waiting.add(item);
        }
    }

    private void send(O item) {
        if (demand != Long.MAX_VALUE) {
            Operators.produced(DEMAND, this, 1);
        }
        actual.onNext(item);
    }

    /** Emits queued items as far as they are requested. */
    void drain() {
        while (!closed && demand > 0 && !waiting.isEmpty()) {
            send(waiting.poll());
        }
        if (closed && !waiting.isEmpty()) {
            Operators.onDiscardQueueWithClear(waiting, actual.currentContext(), null);
        }
    }

    boolean isDone() {
        return done;
    }

    /** Signals the end; {@code null} completes. */
    void finish(@Nullable Throwable error) {
        done = true;
        if (error == null) {
            actual.onComplete();
        } else {
            actual.onError(error);
        }
    }

    @SuppressWarnings("rawtypes") // as Scannable declares it
    @Nullable
    Object scan(Scannable.Attr key) {
        if (key == Scannable.Attr.ACTUAL) {
            return actual;
        }
        if (key == Scannable.Attr.TERMINATED) {
            return done;
        }
        if (key == Scannable.Attr.CANCELLED) {
            return closed;
        }
        if (key == Scannable.Attr.REQUESTED_FROM_DOWNSTREAM) {
            return demand;
        }
        return key == Scannable.Attr.BUFFERED ? waiting.size() : null;
    }
}

package dev.understudy.streaming.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * Emits all items that arrived since the last request as one list, so that a slow subscriber gets fewer and longer lists.
 * At most a fixed number of items is held; the source is not asked for more.
 *
 * @param <T> type of the items
 */
public final class Batches<T> extends FluxOperator<T, List<T>> {

    private final int most;

    /**
     * @param source the items
     * @param most number of items that are held, a power of two
     */
    public Batches(Flux<T> source, int most) {
        super(source);
        this.most = most;
    }

    @Override
    public void subscribe(CoreSubscriber<? super List<T>> actual) {
        source.subscribe(new BatchSubscriber<>(actual, most));
    }

    private static final class BatchSubscriber<T> extends DrainLoop
            implements CoreSubscriber<T>, Subscription, Scannable {

        @SuppressWarnings("rawtypes") // there is no other class literal
        private static final AtomicLongFieldUpdater<BatchSubscriber> REQUESTED =
                AtomicLongFieldUpdater.newUpdater(BatchSubscriber.class, "requested");

        private final CoreSubscriber<? super List<T>> actual;
        private final int most;
        private final Queue<T> arrived;
        private volatile long requested;
        private volatile boolean done;
        private volatile boolean cancelled;
        private @Nullable Throwable error;
        private @Nullable Subscription upstream;

        BatchSubscriber(CoreSubscriber<? super List<T>> actual, int most) {
            this.actual = actual;
            this.most = most;
            this.arrived = Queues.<T>get(most).get();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream, subscription)) {
                upstream = subscription;
                actual.onSubscribe(this);
                subscription.request(most);
            }
        }

        @Override
        public void onNext(T item) {
            arrived.offer(item);
            drain();
        }

        @Override
        public void onError(Throwable failure) {
            error = failure;
            done = true;
            drain();
        }

        @Override
        public void onComplete() {
            done = true;
            drain();
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                Operators.addCap(REQUESTED, this, n);
                drain();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            if (upstream != null) {
                upstream.cancel();
            }
            drain();
        }

        @Override
        void drainOnce() {
            boolean last = done;
            if (!cancelled && requested > 0 && !arrived.isEmpty()) {
                emit();
            }
            if (cancelled) {
                arrived.clear();
            } else if (last && arrived.isEmpty()) {
                cancelled = true;
                terminate();
            }
        }

        private void emit() {
            List<T> batch = new ArrayList<>();
            for (T item = arrived.poll(); item != null; item = arrived.poll()) {
                batch.add(item);
            }
            Operators.produced(REQUESTED, this, 1);
            if (upstream != null) {
                upstream.request(batch.size());
            }
            actual.onNext(batch);
        }

        private void terminate() {
            if (error == null) {
                actual.onComplete();
            } else {
                actual.onError(error);
            }
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
            if (key == Attr.BUFFERED) {
                return arrived.size();
            }
            return key == Attr.PREFETCH ? most : null;
        }
    }
}

package dev.understudy.streaming.operator;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription of a race of two sources. The demand that the first source has not served is requested of the second one
 * too; as the first source is silent while both run, no more than that is emitted.
 */
final class SourceRaceSubscriber<T> extends DrainLoop implements CoreSubscriber<T>, Subscription, Scannable {

    @SuppressWarnings("rawtypes")
    private static final AtomicLongFieldUpdater<SourceRaceSubscriber> REQUESTED =
            AtomicLongFieldUpdater.newUpdater(SourceRaceSubscriber.class, "requested");

    private final CoreSubscriber<? super T> actual;
    private final RaceState race;
    private Subscription upstream = Operators.emptySubscription();
    private volatile @Nullable Second<T> second;
    private volatile long requested;
    private volatile boolean cancelled;
    private long asked; // of the first source, in turn
    private long emitted; // by the first source

    SourceRaceSubscriber(CoreSubscriber<? super T> actual, RaceState race) {
        this.actual = actual;
        this.race = race;
    }

    void begin(Flux<T> source) {
        Second<T> begun = new Second<>(this, emitted);
        second = begun;
        source.subscribe(begun);
        if (cancelled) {
            begun.cancel();
        }
    }

    void cancelFirst() {
        upstream.cancel();
    }

    void cancelSecond() {
        Second<T> lost = second;
        second = null;
        if (lost != null) {
            lost.cancel();
        }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (Operators.validate(upstream == Operators.emptySubscription() ? null : upstream, subscription)) {
            upstream = subscription;
            actual.onSubscribe(this);
        }
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
        upstream.cancel();
        Second<T> other = second;
        if (other != null) {
            other.cancel();
        }
    }

    /** Requests what is missing, of each source that runs. */
    @Override
    void drainOnce() {
        long wanted = requested;
        long more = missing(wanted, asked);
        if (more > 0) {
            asked = wanted;
            upstream.request(more);
        }
        Second<T> other = second;
        if (other != null) {
            other.ask(wanted);
        }
    }

    /** The part of the total demand that was not requested yet; unbounded demand is requested once. */
    private static long missing(long wanted, long asked) {
        if (wanted == Long.MAX_VALUE) {
            return asked == Long.MAX_VALUE ? 0 : Long.MAX_VALUE;
        }
        return wanted - asked;
    }

    @Override
    public void onNext(T item) {
        if (race.isFirst()) {
            emitted++;
            actual.onNext(item);
        } else {
            Operators.onDiscard(item, actual.currentContext());
        }
    }

    @Override
    public void onError(Throwable error) {
        if (race.firstEnds()) {
            actual.onError(error);
        }
    }

    @Override
    public void onComplete() {
        if (race.firstEnds()) {
            actual.onComplete();
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
        return key == Attr.CANCELLED ? cancelled : null;
    }

    /** Subscription to the second source. */
    private static final class Second<T> implements CoreSubscriber<T> {

        @SuppressWarnings("rawtypes")
        private static final AtomicReferenceFieldUpdater<Second, Subscription> SUBSCRIPTION =
                AtomicReferenceFieldUpdater.newUpdater(Second.class, Subscription.class, "subscription");

        private final SourceRaceSubscriber<T> racing;
        private long asked; // in turn; what the first source emitted counts
        private volatile @Nullable Subscription subscription;

        Second(SourceRaceSubscriber<T> racing, long emitted) {
            this.racing = racing;
            this.asked = emitted;
        }

        void ask(long wanted) {
            Subscription source = subscription;
            long more = missing(wanted, asked);
            if (source != null && more > 0) {
                asked = wanted;
                source.request(more);
            }
        }

        void cancel() {
            Operators.terminate(SUBSCRIPTION, this);
        }

        @Override
        public void onSubscribe(Subscription source) {
            if (Operators.setOnce(SUBSCRIPTION, this, source)) {
                racing.drain();
            }
        }

        @Override
        public void onNext(T item) {
            if (racing.race.isFirst()) {
                Operators.onDiscard(item, currentContext());
            } else {
                racing.actual.onNext(item);
            }
        }

        @Override
        public void onError(Throwable error) {
            if (racing.race.secondEnds()) {
                racing.actual.onError(error);
            }
        }

        @Override
        public void onComplete() {
            if (racing.race.secondEnds()) {
                racing.actual.onComplete();
            }
        }

        @Override
        public Context currentContext() {
            return racing.actual.currentContext();
        }
    }
}

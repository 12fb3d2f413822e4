package dev.understudy.operator;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Attempts that follow one another: when one fails, a decision emits the state of the next one, which is subscribed to at
 * that instant, or the error that ends the stream. Demand that is left is requested from the next attempt. Like
 * {@code retryWhen}, but one attempt and its decision never signal at the same time, so that signals need no
 * serialization and items pass one operator.
 *
 * @param <S> type of the state
 * @param <T> type of the items
 */
public final class Attempts<S, T> extends Flux<T> {

    /** Makes the attempts. */
    @FunctionalInterface
    public interface Attempt<S, T> {

        /**
         * Returns an attempt; an exception is taken for its failure.
         *
         * @param state state of the last decision, null for the first attempt
         */
        Publisher<T> after(@Nullable S state);
    }

    private final Attempt<S, T> attempt;
    private final Function<? super Throwable, ? extends Publisher<S>> decision;

    /**
     * @param attempt makes the attempts
     * @param decision emits one state, or fails, after the error of an attempt
     */
    public Attempts(Attempt<S, T> attempt, Function<? super Throwable, ? extends Publisher<S>> decision) {
        this.attempt = attempt;
        this.decision = decision;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        Loop<S, T> loop = new Loop<>(actual, this);
        actual.onSubscribe(loop);
        loop.begin();
    }

    private static final class Loop<S, T> implements CoreSubscriber<T>, Subscription, Scannable {

        private final CoreSubscriber<? super T> actual;
        private final Attempts<S, T> attempts;

        /**
         * Attempts that were decided on and have not begun: more than one only while one fails as it is subscribed to. The
         * first is counted from the start.
         */
        private final AtomicInteger begins = new AtomicInteger(1);

        private @Nullable S state;
        private long produced; // by the current attempt
        private boolean terminated;

        private @Nullable Subscription upstream; // of an attempt or a decision; with the two below guarded by this
        private long requested;
        private volatile boolean cancelled;

        Loop(CoreSubscriber<? super T> actual, Attempts<S, T> attempts) {
            this.actual = actual;
            this.attempts = attempts;
        }

        /** Begins an attempt; one that fails as it is subscribed to is followed by the next without recursion. */
        private void begin(S next) {
            state = next;
            if (begins.getAndIncrement() == 0) {
                begin();
            }
        }

        void begin() {
            do {
                if (cancelled) {
                    return;
                }
                subscribeToAttempt();
            } while (begins.decrementAndGet() != 0);
        }

        private void subscribeToAttempt() {
            Publisher<T> next;
            try {
                next = attempts.attempt.after(state);
            } catch (Throwable thrown) {
                Exceptions.throwIfFatal(thrown);
                onError(thrown);
                return;
            }
            next.subscribe(this);
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            long demand;
            synchronized (this) {
                if (!cancelled) {
                    upstream = subscription;
                }
                demand = cancelled ? -1 : requested;
            }
            if (demand < 0) {
                subscription.cancel();
            } else if (demand > 0) {
                subscription.request(demand);
            }
        }

        @Override
        public void onNext(T item) {
            produced++;
            actual.onNext(item);
        }

        @Override
        public void onError(Throwable error) {
            synchronized (this) {
                upstream = null;
                if (requested != Long.MAX_VALUE) {
                    requested = Math.max(0, requested - produced);
                }
            }
            produced = 0;
            if (cancelled) {
                return;
            }
            Publisher<S> next;
            try {
                next = attempts.decision.apply(error);
            } catch (Throwable thrown) {
                Exceptions.throwIfFatal(thrown);
                end(thrown);
                return;
            }
            next.subscribe(new Decision());
        }

        private void end(Throwable error) {
            if (terminated) {
                Operators.onErrorDropped(error, currentContext());
                return;
            }
            terminated = true;
            actual.onError(error);
        }

        @Override
        public void onComplete() {
            if (!terminated) {
                terminated = true;
                actual.onComplete();
            }
        }

        @Override
        public void request(long n) {
            if (!Operators.validate(n)) {
                return;
            }
            Subscription current;
            synchronized (this) {
                requested = Operators.addCap(requested, n);
                current = upstream;
            }
            if (current != null) {
                current.request(n);
            }
        }

        @Override
        public void cancel() {
            Subscription current;
            synchronized (this) {
                cancelled = true;
                current = terminated ? null : upstream;
                upstream = null;
            }
            if (current != null) {
                current.cancel();
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
            if (key == Attr.TERMINATED) {
                return terminated;
            }
            if (key == Attr.CANCELLED) {
                return cancelled;
            }
            if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
                return requested;
            }
            return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
        }

        /** Receives the state of the next attempt. The demand for items does not reach the decision. */
        private final class Decision implements CoreSubscriber<S> {

            private boolean decided;

            @Override
            public Context currentContext() {
                return actual.currentContext();
            }

            @Override
            public void onSubscribe(Subscription decision) {
                synchronized (Loop.this) {
                    upstream = cancelled ? null : new Waiting(decision);
                }
                if (cancelled) {
                    decision.cancel();
                } else {
                    decision.request(Long.MAX_VALUE);
                }
            }

            @Override
            public void onNext(S next) {
                if (decided) {
                    return;
                }
                decided = true;
                release();
                begin(next);
            }

            @Override
            public void onError(Throwable error) {
                if (decided || cancelled) {
                    Operators.onErrorDropped(error, currentContext());
                    return;
                }
                decided = true;
                release();
                end(error);
            }

            @Override
            public void onComplete() {
                if (!decided && !cancelled) {
                    decided = true;
                    release();
                    Loop.this.onComplete();
                }
            }

            private void release() {
                synchronized (Loop.this) {
                    upstream = null;
                }
            }
        }

        /** Subscription to a decision, which demand for items does not concern. */
        private record Waiting(Subscription decision) implements Subscription {

            @Override
            public void request(long n) {}

            @Override
            public void cancel() {
                decision.cancel();
            }
        }
    }
}

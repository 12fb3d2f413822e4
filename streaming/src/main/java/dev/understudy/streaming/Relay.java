package dev.understudy.streaming;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * One item in, none, one or several out, never more than was asked for. A {@link Role} says what goes out; this keeps the
 * accounts. Under bounded demand one item at a time is asked for, and only while nothing waits to go out, so what waits
 * is never more than one item led to. Under unbounded demand items pass straight through, unless the role needs a timer.
 */
final class Relay<I, O> extends FluxOperator<I, O> {

    private final Supplier<Role<I, O>> roles;
    private final Supplier<Scheduler> timer;

    /**
     * @param roles one for each subscriber
     * @param timer where {@link Out#wake} is timed, looked up at subscription
     */
    Relay(Flux<I> source, Supplier<Role<I, O>> roles, Supplier<Scheduler> timer) {
        super(source);
        this.roles = roles;
        this.timer = timer;
    }

    @Override
    public void subscribe(CoreSubscriber<? super O> actual) {
        source.subscribe(new Runner<>(actual, roles.get(), timer));
    }

    /** Where a role speaks to. Only while it is called. */
    interface Out<O> {

        /** Sends one item. */
        void emit(O item);

        /** Whether somebody waits for the next item. */
        boolean isWanted();

        /** Ends the stream, after what was emitted; {@code null} is a good end. The source is cancelled if it goes on. */
        void end(@Nullable Throwable error);

        /** Asks to be woken once; a later call replaces an earlier one. Only for roles that are timed. */
        void wake(Duration after);
    }

    /** What is done with the items of one subscription. Called by one thread at a time. */
    interface Role<I, O> {

        default void begin(Out<O> out) {}

        void next(I item, Out<O> out);

        /** The source is over; has to {@link Out#end}. */
        void over(@Nullable Throwable error, Out<O> out);

        default void woken(Out<O> out) {}

        /** Whether nothing but the end of the source is left to come: then it is asked for without demand. */
        default boolean awaitsEnd() {
            return false;
        }

        /** Whether it asks to be woken. */
        default boolean isTimed() {
            return false;
        }
    }

    private static final class Runner<I, O> implements CoreSubscriber<I>, Subscription, Scannable, Out<O> {

        private static final int NEW = 0;
        private static final int FAST = 1;
        private static final int EXACT = 2;

        @SuppressWarnings("rawtypes")
        private static final AtomicIntegerFieldUpdater<Runner> MODE =
                AtomicIntegerFieldUpdater.newUpdater(Runner.class, "mode");

        @SuppressWarnings("rawtypes")
        private static final AtomicIntegerFieldUpdater<Runner> WORK =
                AtomicIntegerFieldUpdater.newUpdater(Runner.class, "work");

        @SuppressWarnings("rawtypes")
        private static final AtomicLongFieldUpdater<Runner> DEMAND =
                AtomicLongFieldUpdater.newUpdater(Runner.class, "demand");

        private final CoreSubscriber<? super O> actual;
        private final Role<I, O> role;
        private final Supplier<Scheduler> timers;
        private final Disposable.Swap timer = Disposables.swap();
        private Subscription upstream = Operators.emptySubscription();

        private volatile int mode;
        private volatile int work;
        private volatile long demand;
        private volatile boolean cancelled;

        // What arrived and waits for its turn. There is never more than one item, for no more are asked for.
        private volatile @Nullable I arrived;
        private volatile boolean over;
        private @Nullable Throwable failure;
        private volatile boolean due;

        // Touched in turn only.
        private final ArrayDeque<O> waiting = new ArrayDeque<>(2);
        private boolean asked;
        private boolean told; // the role knows that the source is over
        private boolean ended; // the role has ended the stream
        private boolean done; // and so was told downstream
        private @Nullable Throwable end;

        Runner(CoreSubscriber<? super O> actual, Role<I, O> role, Supplier<Scheduler> timers) {
            this.actual = actual;
            this.role = role;
            this.timers = timers;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream == Operators.emptySubscription() ? null : upstream, subscription)) {
                upstream = subscription;
                role.begin(this);
                actual.onSubscribe(this);
            }
        }

        @Override
        public void request(long n) {
            if (!Operators.validate(n)) {
                return;
            }
            if (n == Long.MAX_VALUE && !role.isTimed() && MODE.compareAndSet(this, NEW, FAST)) {
                demand = n;
                if (over) {
                    takeTurns();
                } else {
                    upstream.request(n);
                }
                return;
            }
            if (mode == NEW) {
                MODE.compareAndSet(this, NEW, EXACT);
            }
            if (mode == EXACT) {
                Operators.addCap(DEMAND, this, n);
                takeTurns();
            }
        }

        @Override
        public void onNext(I item) {
            if (mode != FAST) {
                arrived = item;
                takeTurns();
            } else if (done || cancelled) {
                Operators.onDiscard(item, actual.currentContext());
            } else {
                hand(item);
                if (ended && !cancelled) {
                    finish();
                }
            }
        }

        @Override
        public void onError(Throwable error) {
            if (over) {
                Operators.onErrorDropped(error, actual.currentContext());
                return;
            }
            failure = error;
            onComplete();
        }

        @Override
        public void onComplete() {
            over = true;
            takeTurns();
        }

        @Override
        public void cancel() {
            if (!cancelled) {
                cancelled = true;
                timer.dispose();
                upstream.cancel();
                if (mode != FAST) {
                    takeTurns();
                }
            }
        }

        @Override
        public void emit(O item) {
            if (mode == FAST && waiting.isEmpty()) {
                actual.onNext(item);
            } else if (demand > 0 && waiting.isEmpty() && !cancelled) {
                Operators.produced(DEMAND, this, 1);
                actual.onNext(item);
            } else {
                waiting.add(item);
            }
        }

        @Override
        public boolean isWanted() {
            return demand > 0 && waiting.isEmpty();
        }

        @Override
        public void end(@Nullable Throwable error) {
            if (!ended) {
                ended = true;
                end = error;
                if (!over) {
                    upstream.cancel();
                }
            }
        }

        @Override
        public void wake(Duration after) {
            if (!cancelled && !ended) {
                Runnable ring = () -> {
                    due = true;
                    takeTurns();
                };
                timer.update(timers.get().schedule(ring, after.toNanos(), TimeUnit.NANOSECONDS));
            }
        }

        private void takeTurns() {
            if (WORK.getAndIncrement(this) != 0) {
                return;
            }
            int missed = 1;
            do {
                turn();
                missed = WORK.addAndGet(this, -missed);
            } while (missed != 0);
        }

        private void turn() {
            boolean last = over; // read before the item: the end comes behind it
            I item = arrived;
            if (item != null) {
                arrived = null;
                asked = false;
                if (ended || cancelled) {
                    Operators.onDiscard(item, actual.currentContext());
                } else {
                    hand(item);
                }
            }
            if (due) {
                due = false;
                if (!ended && !cancelled) {
                    guard(() -> role.woken(this));
                }
            }
            if (last && !told && !cancelled) {
                tell();
            }
            deliver();
        }

        private void deliver() {
            while (!cancelled && demand > 0 && !waiting.isEmpty()) {
                O next = waiting.poll();
                Operators.produced(DEMAND, this, 1);
                actual.onNext(next);
            }
            if (cancelled) {
                Operators.onDiscardQueueWithClear(waiting, actual.currentContext(), null);
            } else if (ended && waiting.isEmpty()) {
                if (!done) {
                    finish();
                }
            } else if (!asked && !over && !ended && waiting.isEmpty() && (demand > 0 || role.awaitsEnd())) {
                asked = true;
                upstream.request(1);
            }
        }

        private void hand(I item) {
            try {
                role.next(item, this);
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

        private void tell() {
            told = true;
            if (!ended) {
                guard(() -> role.over(failure, this));
            }
        }

        private void finish() {
            done = true;
            timer.dispose();
            Throwable error = end;
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
            if (key == Attr.TERMINATED) {
                return done;
            }
            if (key == Attr.CANCELLED) {
                return cancelled;
            }
            if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
                return demand;
            }
            if (key == Attr.BUFFERED) {
                return waiting.size();
            }
            return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
        }
    }
}

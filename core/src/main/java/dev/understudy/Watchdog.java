package dev.understudy;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * Ends a stream that is silent for too long while its subscriber waits, or that takes too long in all. One timer a
 * stream, which looks when it fires and sets itself anew; a chunk costs one look at the clock. Silence is measured only
 * while there is unmet demand, so that a slow consumer does not look like a slow provider.
 */
final class Watchdog<T> extends FluxOperator<T, T> {

    /**
     * @param first until the first content
     * @param firstPhase what that wait is called
     * @param idle between two pieces of content
     * @param end the instant when all must be over, demand or not
     * @param endPhase whose end that is: the attempt's or the call's
     */
    record Limits(Duration first, Failure.Phase firstPhase, Duration idle, long end, Failure.Phase endPhase) {}

    private final Limits limits;
    private final Time time;

    Watchdog(Flux<T> source, Limits limits, Time time) {
        super(source);
        this.limits = limits;
        this.time = time;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        source.subscribe(new Watched<>(actual, limits, time.scheduler()));
    }

    private static final class Watched<T> implements CoreSubscriber<T>, Subscription, Scannable {

        private static final int QUIET = 0;
        private static final int EMITTING = 1;
        private static final int EXPIRED = 2;
        private static final int OVER = 3;

        @SuppressWarnings("rawtypes")
        private static final AtomicIntegerFieldUpdater<Watched> STATE =
                AtomicIntegerFieldUpdater.newUpdater(Watched.class, "state");

        @SuppressWarnings("rawtypes")
        private static final AtomicLongFieldUpdater<Watched> DEMAND =
                AtomicLongFieldUpdater.newUpdater(Watched.class, "demand");

        private final CoreSubscriber<? super T> actual;
        private final Limits limits;
        private final Scheduler scheduler;
        private final long started;
        private final Alarm alarm = new Alarm();

        private Subscription upstream = Operators.emptySubscription();
        private volatile int state;
        private volatile long demand;
        private volatile long silentSince;
        private volatile boolean spoken;

        Watched(CoreSubscriber<? super T> actual, Limits limits, Scheduler scheduler) {
            this.actual = actual;
            this.limits = limits;
            this.scheduler = scheduler;
            this.started = now();
            this.silentSince = started;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream == Operators.emptySubscription() ? null : upstream, subscription)) {
                upstream = subscription;
                arm(started);
                actual.onSubscribe(this);
            }
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                if (Operators.addCap(DEMAND, this, n) == 0) {
                    silentSince = now();
                }
                upstream.request(n);
            }
        }

        @Override
        public void onNext(T item) {
            if (!STATE.compareAndSet(this, QUIET, EMITTING)) {
                Operators.onDiscard(item, actual.currentContext());
                return;
            }
            if (demand != Long.MAX_VALUE) {
                Operators.produced(DEMAND, this, 1);
            }
            if (!(item instanceof StreamChunk chunk) || chunk.isContent()) {
                spoken = true;
                silentSince = now();
            }
            actual.onNext(item);
            if (!STATE.compareAndSet(this, EMITTING, QUIET) && state == EXPIRED) {
                state = OVER;
                actual.onError(expired(limits.endPhase(), Duration.ofNanos(limits.end() - started)));
            }
        }

        @Override
        public void onError(Throwable error) {
            if (end()) {
                actual.onError(error);
            } else {
                Operators.onErrorDropped(error, actual.currentContext());
            }
        }

        @Override
        public void onComplete() {
            if (end()) {
                actual.onComplete();
            }
        }

        @Override
        public void cancel() {
            state = OVER;
            alarm.off();
            upstream.cancel();
        }

        /** Whether this signal is the one that ends the stream. */
        private boolean end() {
            int was = STATE.getAndSet(this, OVER);
            alarm.off();
            return was != OVER && was != EXPIRED;
        }

        private void look() {
            long now = now();
            if (limits.end() - now <= 0) {
                expireAll();
                return;
            }
            Duration limit = spoken ? limits.idle() : limits.first();
            boolean waiting = demand > 0;
            if (waiting && silentSince + limit.toNanos() - now <= 0 && STATE.compareAndSet(this, QUIET, OVER)) {
                Failure.Phase phase = spoken ? Failure.Phase.IDLE : limits.firstPhase();
                upstream.cancel();
                actual.onError(expired(phase, limit));
                return;
            }
            arm(now);
        }

        /** The end of all time can come while a chunk is on its way down: then that thread says it. */
        private void expireAll() {
            if (STATE.compareAndSet(this, QUIET, OVER)) {
                upstream.cancel();
                actual.onError(expired(limits.endPhase(), Duration.ofNanos(limits.end() - started)));
            } else if (STATE.compareAndSet(this, EMITTING, EXPIRED)) {
                upstream.cancel();
            } else if (state == QUIET) {
                expireAll();
            }
        }

        private void arm(long now) {
            Duration limit = spoken ? limits.idle() : limits.first();
            long since = demand > 0 ? silentSince : now;
            long due = since + limit.toNanos() - now;
            if (!spoken) {
                due = Math.min(
                        due,
                        limits.idle().toNanos()); // the first content may be here by then, and its clock is another
            }
            long wait = Math.min(due, limits.end() - now);
            // A chunk on its way down keeps a due timer from firing; looking again at once would spin.
            long atLeast = TimeUnit.MILLISECONDS.toNanos(1);
            alarm.set(scheduler, this::look, Math.max(atLeast, wait));
        }

        private ChatException.CallFailed expired(Failure.Phase phase, Duration limit) {
            if (phase == Failure.Phase.TOTAL) {
                return timeout(phase, "the attempt was not over within " + Line.millis(limit));
            }
            if (phase == Failure.Phase.DEADLINE) {
                return timeout(phase, "the time of the call was over after " + Line.millis(limit) + " of this attempt");
            }
            return new ChatException.CallFailed(Failure.timeout(phase, limit));
        }

        private static ChatException.CallFailed timeout(Failure.Phase phase, String message) {
            return new ChatException.CallFailed(
                    Failure.of(FailureKind.TIMEOUT, message).withPhase(phase));
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
                return state == OVER;
            }
            if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
                return demand;
            }
            return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
        }
    }
}

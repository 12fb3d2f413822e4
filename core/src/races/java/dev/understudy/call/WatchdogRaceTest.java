package dev.understudy.call;

import static dev.understudy.Interleavings.hold;
import static dev.understudy.Interleavings.refute;
import static dev.understudy.Interleavings.require;
import static dev.understudy.Interleavings.shared;
import static dev.understudy.Interleavings.together;

import dev.understudy.guard.FinishWait;
import dev.understudy.policy.TimeoutPolicy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/** Items, the end of the source, an exceeded limit and a cancellation meet: one of them ends the stream. */
class WatchdogRaceTest {

    private static final Watchdog.Limits LIMITS = Watchdog.Limits.ofStream(
            TimeoutPolicy.defaults()
                    .withFirstContent(Duration.ofSeconds(1))
                    .withIdle(Duration.ofSeconds(1))
                    .withTotal(Duration.ofSeconds(10)),
            Long.MAX_VALUE);

    /** Counts the signals; a signal while another one is received is counted as an overlap. */
    private static final class Signals implements CoreSubscriber<Object> {

        private final AtomicInteger receiving = new AtomicInteger();
        private final AtomicInteger ends = new AtomicInteger();
        private volatile boolean overlap;
        private volatile boolean late;

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Object item) {
            if (receiving.getAndIncrement() != 0) {
                overlap = true;
            }
            if (ends.get() > 0) {
                late = true;
            }
            receiving.decrementAndGet();
        }

        @Override
        public void onError(Throwable error) {
            onComplete();
        }

        @Override
        public void onComplete() {
            if (receiving.get() != 0) {
                overlap = true;
            }
            ends.incrementAndGet();
        }
    }

    /** The part of the watchdog that is called by its source, its subscriber and its timer. */
    private interface Ends {

        void item(Object item);

        void complete();

        void cancel();
    }

    private static final class Real implements Ends {

        private final WatchdogSubscriber<Object> watchdog;

        Real(WatchdogSubscriber<Object> watchdog) {
            this.watchdog = watchdog;
        }

        static Ends over(Signals signals, PendingTimers timers) {
            WatchdogSubscriber<Object> watchdog = new WatchdogSubscriber<>(signals, LIMITS, timers, new FinishWait());
            watchdog.onSubscribe(Operators.emptySubscription());
            return new Real(shared(watchdog));
        }

        @Override
        public void item(Object item) {
            watchdog.onNext(item);
        }

        @Override
        public void complete() {
            watchdog.onComplete();
        }

        @Override
        public void cancel() {
            watchdog.cancel();
        }
    }

    /** Looks at the end before it signals, in two steps. */
    private static final class Naive implements Ends {

        private final Signals signals;
        private volatile boolean over;

        Naive(Signals signals, PendingTimers timers) {
            this.signals = signals;
            timers.schedule(new Expired(this), 1, TimeUnit.SECONDS);
        }

        private void expired() {
            if (!over) {
                over = true;
                signals.onError(new IllegalStateException("limit"));
            }
        }

        @Override
        public void item(Object item) {
            if (!over) {
                signals.onNext(item);
            }
        }

        @Override
        public void complete() {
            if (!over) {
                over = true;
                signals.onComplete();
            }
        }

        @Override
        public void cancel() {
            over = true;
        }
    }

    private static final class Completing implements Runnable {

        private final Ends watchdog;

        Completing(Ends watchdog) {
            this.watchdog = watchdog;
        }

        @Override
        public void run() {
            watchdog.complete();
        }
    }

    private static final class Expired implements Runnable {

        private final Naive watchdog;

        Expired(Naive watchdog) {
            this.watchdog = watchdog;
        }

        @Override
        public void run() {
            watchdog.expired();
        }
    }

    @Test
    void limitAndCompletionEndTheStreamOnce() {
        hold(() -> {
            PendingTimers timers = shared(new PendingTimers());
            Signals signals = shared(new Signals());
            limitMeetsCompletion(timers, signals, Real.over(signals, timers));
        });
    }

    @Test
    void naiveStreamEndsTwice() {
        refute(() -> {
            PendingTimers timers = shared(new PendingTimers());
            Signals signals = shared(new Signals());
            limitMeetsCompletion(timers, signals, new Naive(signals, timers));
        });
    }

    @Test
    void limitDoesNotOverlapWithAnItem() {
        hold(() -> {
            PendingTimers timers = shared(new PendingTimers());
            Signals signals = shared(new Signals());
            limitMeetsItem(timers, signals, Real.over(signals, timers));
        });
    }

    @Test
    void naiveLimitOverlapsWithAnItem() {
        refute(() -> {
            PendingTimers timers = shared(new PendingTimers());
            Signals signals = shared(new Signals());
            limitMeetsItem(timers, signals, new Naive(signals, timers));
        });
    }

    @Test
    void nothingIsLeftAfterCancellation() {
        hold(() -> {
            PendingTimers timers = shared(new PendingTimers());
            Signals signals = shared(new Signals());
            Ends watchdog = shared(Real.over(signals, timers));
            timers.at(Duration.ofSeconds(2).toNanos());
            together(watchdog::cancel, new PendingTimers.Firing(timers), () -> watchdog.item("a"));
            require(timers.pending() == 0, "a timer is left");
            require(signals.ends.get() <= 1 && !signals.late && !signals.overlap, "signals");
        });
    }

    private static void limitMeetsCompletion(PendingTimers timers, Signals signals, Ends made) {
        Ends watchdog = shared(made);
        timers.at(Duration.ofSeconds(2).toNanos());
        together(new PendingTimers.Firing(timers), new Completing(watchdog));
        require(signals.ends.get() == 1, "not one end");
        require(timers.pending() == 0, "a timer is left");
    }

    /** The item comes late: either it is delivered and the attempt lives on, or the limit ends the attempt. */
    private static void limitMeetsItem(PendingTimers timers, Signals signals, Ends made) {
        Ends watchdog = shared(made);
        timers.at(Duration.ofSeconds(2).toNanos());
        together(new PendingTimers.Firing(timers), () -> watchdog.item("a"));
        require(!signals.late, "an item after the end");
        require(!signals.overlap, "two signals at once");
        require(signals.ends.get() + timers.pending() == 1, "neither an end nor a timer");
    }
}

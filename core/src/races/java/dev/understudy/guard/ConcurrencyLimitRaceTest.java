package dev.understudy.guard;

import static dev.understudy.Interleavings.hold;
import static dev.understudy.Interleavings.refute;
import static dev.understudy.Interleavings.require;
import static dev.understudy.Interleavings.shared;
import static dev.understudy.Interleavings.together;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Slots are released, granted, taken and given back at once: none is lost, none is used twice. */
class ConcurrencyLimitRaceTest {

    /** Looks for a free slot and queues the call in two steps, and so does not see a slot that is released between them. */
    private static final class NaiveLimit {

        private final AtomicInteger free = new AtomicInteger();
        private final Queue<Runnable> waiters = new ConcurrentLinkedQueue<>();

        void enqueue(Runnable granted) {
            if (free.getAndUpdate(slots -> Math.max(0, slots - 1)) > 0) {
                granted.run();
            } else {
                waiters.add(granted);
            }
        }

        void release() {
            Runnable next = waiters.poll();
            if (next == null) {
                free.incrementAndGet();
            } else {
                next.run();
            }
        }
    }

    @Test
    void slotThatIsReleasedWhileACallQueuesIsGranted() {
        hold(() -> {
            ConcurrencyLimit limit = shared(new ConcurrencyLimit(1, 5));
            limit.tryAcquire();
            AtomicInteger granted = shared(new AtomicInteger());
            together(() -> limit.enqueue(waiter -> granted.incrementAndGet()), limit::release);
            require(granted.get() == 1, "a call waits while a slot is free");
            require(limit.running() == 1 && limit.waiting() == 0, "counts");
        });
    }

    @Test
    void naiveSlotThatIsReleasedWhileACallQueuesIsLost() {
        refute(() -> {
            NaiveLimit limit = shared(new NaiveLimit());
            AtomicInteger granted = shared(new AtomicInteger());
            together(() -> limit.enqueue(granted::incrementAndGet), limit::release);
            require(granted.get() == 1, "a call waits while a slot is free");
        });
    }

    @Test
    void cancelledCallGivesItsSlotToTheNext() {
        hold(() -> {
            ConcurrencyLimit limit = shared(new ConcurrencyLimit(1, 5));
            limit.tryAcquire();
            AtomicInteger granted = shared(new AtomicInteger());
            ConcurrencyLimit.Waiter leaving = shared(limit.enqueue(waiter -> {}));
            limit.enqueue(waiter -> granted.incrementAndGet());
            together(leaving::cancel, limit::release);
            require(granted.get() == 1, "the call behind the cancelled one waits for ever");
            require(limit.running() == 1 && limit.waiting() == 0, "counts");
        });
    }

    @Test
    void grantedSlotIsTakenOrGivenBack() {
        hold(() -> {
            ConcurrencyLimit limit = shared(new ConcurrencyLimit(1, 5));
            limit.tryAcquire();
            AtomicInteger taken = shared(new AtomicInteger());
            ConcurrencyLimit.Waiter waiter = limit.enqueue(granted -> {
                if (granted.take()) {
                    taken.incrementAndGet();
                }
            });
            together(waiter::cancel, limit::release);
            require(limit.running() == taken.get() && limit.waiting() == 0, "a slot that nobody has");
        });
    }

    @Test
    void oneOfTwoCallsTakesTheLastSlot() {
        hold(() -> {
            ConcurrencyLimit limit = shared(new ConcurrencyLimit(1, 5));
            AtomicInteger taken = shared(new AtomicInteger());
            Runnable call = () -> taken.addAndGet(limit.tryAcquire() ? 1 : 0);
            together(call, call, call);
            require(taken.get() == 1 && limit.running() == 1, "not one call has the slot");
        });
    }
}

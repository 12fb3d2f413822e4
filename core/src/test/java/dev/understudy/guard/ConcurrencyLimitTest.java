package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConcurrencyLimitTest {

    private final List<String> granted = new ArrayList<>();

    @Test
    void slotsAreGrantedInOrderOfArrival() {
        ConcurrencyLimit limit = new ConcurrencyLimit(1, 10);
        assertThat(limit.tryAcquire()).isTrue();
        waitFor(limit, "a");
        waitFor(limit, "b");
        assertThat(granted).isEmpty();
        limit.release();
        assertThat(granted).containsExactly("a");
        limit.release();
        assertThat(granted).containsExactly("a", "b");
        limit.release();
        assertThat(limit.running()).isZero();
    }

    @Test
    void newCallDoesNotOvertakeWaitingOnes() {
        ConcurrencyLimit limit = new ConcurrencyLimit(2, 10);
        limit.tryAcquire();
        limit.tryAcquire();
        waitFor(limit, "a");
        waitFor(limit, "b");
        limit.release();
        assertThat(limit.tryAcquire()).isFalse();
        assertThat(limit.waiting()).isEqualTo(1);
    }

    @Test
    void tooManyWaitingCallsAreRefused() {
        ConcurrencyLimit limit = new ConcurrencyLimit(1, 1);
        limit.tryAcquire();
        assertThat(limit.enqueue(waiter -> {})).isNotNull();
        assertThat(limit.enqueue(waiter -> {})).isNull();
        assertThat(limit.waiting()).isEqualTo(1);
    }

    @Test
    void freeSlotIsGrantedAtOnce() {
        ConcurrencyLimit limit = new ConcurrencyLimit(1, 1);
        waitFor(limit, "a");
        assertThat(granted).containsExactly("a");
    }

    @Test
    void cancelledWaiterIsSkipped() {
        ConcurrencyLimit limit = new ConcurrencyLimit(1, 10);
        limit.tryAcquire();
        ConcurrencyLimit.Waiter leaves = waitFor(limit, "a");
        waitFor(limit, "b");
        leaves.cancel();
        leaves.cancel();
        limit.release();
        assertThat(granted).containsExactly("b");
        assertThat(limit.waiting()).isZero();
    }

    @Test
    void slotThatWasGrantedAndNotTakenIsPassedOn() {
        ConcurrencyLimit limit = new ConcurrencyLimit(1, 10);
        limit.tryAcquire();
        ConcurrencyLimit.Waiter leaves = limit.enqueue(waiter -> granted.add("a"));
        waitFor(limit, "b");
        limit.release();
        assertThat(granted).containsExactly("a");
        assertThat(leaves).isNotNull();
        leaves.cancel();
        assertThat(leaves.take()).isFalse();
        assertThat(granted).containsExactly("a", "b");
    }

    @Test
    void cancelAfterTakingReleasesNothing() {
        ConcurrencyLimit limit = new ConcurrencyLimit(1, 10);
        ConcurrencyLimit.Waiter waiter = waitFor(limit, "a");
        waiter.cancel();
        assertThat(limit.running()).isEqualTo(1);
    }

    /** Random callers on several threads: never more than the slots at a time, and nothing is left at the end. */
    @Test
    void concurrentCallersLeakNoSlot() throws InterruptedException {
        ConcurrencyLimit limit = new ConcurrencyLimit(3, 50);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        int threads = 4;
        CountDownLatch done = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            Random random = new Random(t);
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 5_000; i++) {
                    if (random.nextBoolean() && limit.tryAcquire()) {
                        occupy(limit, inside, most);
                    } else {
                        ConcurrencyLimit.Waiter waiter = limit.enqueue(granted -> {
                            if (granted.take()) {
                                occupy(limit, inside, most);
                            }
                        });
                        if (waiter != null && random.nextInt(3) == 0) {
                            waiter.cancel();
                        }
                    }
                }
                done.countDown();
            });
            thread.start();
        }
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(limit.running()).isZero();
        assertThat(limit.waiting()).isZero();
        assertThat(most.get()).isBetween(1, 3);
    }

    private static void occupy(ConcurrencyLimit limit, AtomicInteger inside, AtomicInteger most) {
        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
        inside.decrementAndGet();
        limit.release();
    }

    private ConcurrencyLimit.Waiter waitFor(ConcurrencyLimit limit, String name) {
        ConcurrencyLimit.Waiter waiter = limit.enqueue(one -> {
            one.take();
            granted.add(name);
        });
        assertThat(waiter).isNotNull();
        return waiter;
    }

    @Test
    void loadIsTheNumberOfWaitingCallsForEachSlot() {
        ConcurrencyLimit limit = new ConcurrencyLimit(2, 10);
        limit.tryAcquire();
        limit.tryAcquire();
        assertThat(limit.load()).isZero();
        waitFor(limit, "a");
        assertThat(limit.load()).isEqualTo(0.5);
        waitFor(limit, "b");
        waitFor(limit, "c");
        assertThat(limit.load()).isEqualTo(1.5);
    }
}

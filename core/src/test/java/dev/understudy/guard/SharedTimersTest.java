package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.TrackedTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Many timers share one of the scheduler. */
class SharedTimersTest {

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    private final TrackedTimers made = new TrackedTimers(clock);
    private final Scheduler timers = new SharedTimers(() -> made);
    private final List<Long> ran = new ArrayList<>();

    private Disposable in(long seconds) {
        return timers.schedule(() -> ran.add(clock.now(TimeUnit.SECONDS)), seconds, TimeUnit.SECONDS);
    }

    private void advance(long seconds) {
        clock.advanceTimeBy(Duration.ofSeconds(seconds));
    }

    @Test
    void eachRunsAtItsInstant() {
        for (long delay : new long[] {5, 2, 9, 2, 1, 7}) {
            in(delay);
        }
        advance(60);
        assertThat(ran).containsExactly(1L, 2L, 2L, 5L, 7L, 9L);
        assertThat(made.left()).isZero();
    }

    @Test
    void cancelledLimitsSetOneTimer() {
        for (int call = 0; call < 100; call++) {
            in(20).dispose();
        }
        assertThat(made.made()).isOne();
        advance(60);
        assertThat(ran).isEmpty();
        assertThat(made.left()).isZero();
    }

    @Test
    void earlierTimerTakesThePlaceOfALaterOne() {
        in(20);
        in(5);
        assertThat(made.left()).isOne();
        advance(6);
        assertThat(ran).containsExactly(5L);
        assertThat(made.left()).isOne();
        advance(20);
        assertThat(ran).containsExactly(5L, 20L);
    }

    @Test
    void taskThatSetsTheNextTimerIsFollowedByIt() {
        timers.schedule(() -> in(3), 1, TimeUnit.SECONDS);
        advance(4);
        assertThat(ran).containsExactly(4L);
    }

    @Test
    void anyOrderOfSettingAndCancellingIsKept() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Disposable> set = new ArrayList<>();
            List<Long> due = new ArrayList<>();
            long now = clock.now(TimeUnit.SECONDS);
            ran.clear();
            for (int i = 0; i < 40; i++) {
                long delay = 1 + random.nextInt(30);
                set.add(in(delay));
                due.add(now + delay);
            }
            for (int i = 39; i >= 0; i--) {
                if (random.nextBoolean()) {
                    set.get(i).dispose();
                    set.get(i).dispose();
                    due.remove(i);
                }
            }
            advance(40);
            due.sort(null);
            assertThat(ran).as("seed %d", seed).isEqualTo(due);
        }
    }

    @Test
    void rejectedTimerIsNotKept() {
        clock.dispose();
        assertThatThrownBy(() -> in(1)).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> in(1)).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void clockThatIsInstalledLaterIsUsed() {
        AtomicReference<Scheduler> current = new AtomicReference<>(VirtualTimeScheduler.create());
        Scheduler shared = new SharedTimers(current::get);
        shared.schedule(() -> ran.add(-1L), 1, TimeUnit.SECONDS);
        current.set(made);
        shared.schedule(() -> ran.add(clock.now(TimeUnit.SECONDS)), 3, TimeUnit.SECONDS);
        advance(3);
        assertThat(ran).containsExactly(3L);
    }

    @Test
    void limitThatIsNeverReachedDoesNotOverflow() {
        timers.schedule(() -> ran.add(-1L), Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        in(2);
        advance(3);
        assertThat(ran).containsExactly(2L);
    }

    @Test
    void timersOfReactorAreSharedAndThoseInVirtualTimeAreNot() {
        assertThat(SharedTimers.parallel()).isInstanceOf(SharedTimers.class);
        VirtualTimeScheduler.set(clock);
        try {
            assertThat(SharedTimers.parallel()).isSameAs(Schedulers.parallel());
        } finally {
            VirtualTimeScheduler.reset();
        }
    }

    /** Real threads, half of whose timers are cancelled. */
    @Test
    void noneIsLostAmongThreads() throws InterruptedException {
        int threads = 4;
        int each = 500;
        Scheduler real = new SharedTimers(Schedulers::parallel);
        CountDownLatch fired = new CountDownLatch(threads * each / 2);
        for (int thread = 0; thread < threads; thread++) {
            Random random = new Random(thread);
            new Thread(() -> {
                        for (int i = 0; i < each; i++) {
                            long delay = 1 + random.nextInt(20);
                            Disposable timer = i % 2 == 0
                                    ? real.schedule(fired::countDown, delay, TimeUnit.MILLISECONDS)
                                    : real.schedule(() -> {}, delay, TimeUnit.MILLISECONDS);
                            if (i % 2 == 1) {
                                timer.dispose();
                            }
                        }
                    })
                    .start();
        }
        assertThat(fired.await(30, TimeUnit.SECONDS)).isTrue();
    }
}

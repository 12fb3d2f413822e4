package dev.understudy.streaming.macro;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/** Operations of one run: so many of them at a time, or all of them at a time. */
final class Load {

    /** Time over which slow streams begin. */
    private static final Duration RAMP = Duration.ofSeconds(3);

    /** Longest wait until all of them have their first word. */
    private static final Duration OPENING = Duration.ofSeconds(1);

    /** Time over which slow streams are measured. */
    private static final Duration WINDOW = Duration.ofMillis(2_500);

    private final Subject subject;
    private final Job job;
    private final int operations;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger firsts = new AtomicInteger(); // and errors before a first element
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicLong units = new AtomicLong();
    private final AtomicInteger errors = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private final ThreadLocal<int[]> beginning = ThreadLocal.withInitial(() -> new int[1]);
    private final long[] first;
    private final long[] whole;

    private Load(Subject subject, Job job) {
        this.subject = subject;
        this.job = job;
        this.operations = job.operations();
        this.first = new long[operations];
        this.whole = new long[operations];
    }

    static Sample run(Subject subject, Job job) throws InterruptedException {
        Load load = new Load(subject, job);
        return job.kind() == Job.Kind.SLOW ? load.allAtATime() : load.someAtATime();
    }

    private Sample someAtATime() throws InterruptedException {
        Spent before = Spent.now();
        long began = System.nanoTime();
        for (int i = 0; i < Math.min(job.concurrency(), operations); i++) {
            next();
        }
        over.await();
        long nanos = System.nanoTime() - began;
        Spent.Total spent = Spent.now().since(before);
        return sample(nanos, units.get(), spent, new Memory(0, 0), 0);
    }

    /** CPU time and bytes are those of a time in which all streams are open, so that their beginnings do not count. */
    private Sample allAtATime() throws InterruptedException {
        Memory without = Memory.afterCollection();
        long began = System.nanoTime();
        for (int i = 0; i < operations; i++) {
            sleepUntil(began + RAMP.toNanos() * i / operations);
            next();
        }
        long late = began + RAMP.plus(OPENING).toNanos();
        while (firsts.get() < operations && System.nanoTime() < late) {
            sleepUntil(System.nanoTime() + 10_000_000);
        }
        Memory open = Memory.afterCollection();
        int threads = ManagementFactory.getThreadMXBean().getThreadCount();
        long unitsBefore = units.get();
        Spent before = Spent.now();
        sleepUntil(System.nanoTime() + WINDOW.toNanos());
        Spent.Total spent = Spent.now().since(before);
        long unitsOfWindow = units.get() - unitsBefore;
        over.await();
        return sample(
                System.nanoTime() - began,
                unitsOfWindow,
                spent,
                new Memory(open.heap() - without.heap(), open.resident() - without.resident()),
                threads);
    }

    private static void sleepUntil(long instant) {
        for (long left = instant - System.nanoTime(); left > 0; left = instant - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private Sample sample(long nanos, long counted, Spent.Total spent, Memory memory, int threads) {
        long[] answered = Arrays.stream(first).filter(time -> time > 0).sorted().toArray();
        Arrays.sort(whole);
        return new Sample(
                operations - errors.get(),
                counted,
                errors.get(),
                nanos,
                spent.cpu(),
                spent.bytes(),
                at(answered, 50),
                at(answered, 99),
                at(answered, 100),
                at(whole, 50),
                at(whole, 99),
                memory.heap(),
                memory.resident(),
                threads);
    }

    private static long at(long[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }

    /** Begins an operation, not within the beginning of another one: failures at once would fill the stack. */
    private void next() {
        int[] left = beginning.get();
        if (left[0]++ == 0) {
            do {
                begin();
            } while (--left[0] > 0);
        }
    }

    private void begin() {
        int number = begun.getAndIncrement();
        if (number < operations) {
            Publisher<?> one = job.kind() == Job.Kind.CALLS ? subject.chat() : subject.stream();
            one.subscribe(new Operation(number));
        }
    }

    private final class Operation implements CoreSubscriber<Object> {

        private final int number;
        private final boolean slow = job.kind() == Job.Kind.SLOW;
        private final long began = System.nanoTime();
        private int received;

        Operation(int number) {
            this.number = number;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Object element) {
            if (received++ == 0) {
                first[number] = System.nanoTime() - began;
                firsts.incrementAndGet();
            }
            if (slow) {
                units.incrementAndGet(); // at once, because it is read while streams are open
            }
        }

        @Override
        public void onError(Throwable error) {
            if (errors.getAndIncrement() == 0) {
                System.err.println(error);
            }
            if (received == 0) {
                firsts.incrementAndGet();
            }
            end();
        }

        @Override
        public void onComplete() {
            end();
        }

        private void end() {
            whole[number] = System.nanoTime() - began;
            if (!slow) {
                units.addAndGet(received);
                next();
            }
            if (ended.incrementAndGet() == operations) {
                over.countDown();
            }
        }
    }
}

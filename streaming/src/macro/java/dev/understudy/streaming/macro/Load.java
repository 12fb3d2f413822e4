package dev.understudy.streaming.macro;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/** A number of operations, so many of them at a time; each one begins when one before it has ended. */
final class Load {

    private final Subject subject;
    private final boolean stream;
    private final int operations;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicLong units = new AtomicLong();
    private final AtomicInteger errors = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private final long[] first;
    private final long[] whole;

    private Load(Subject subject, boolean stream, int operations) {
        this.subject = subject;
        this.stream = stream;
        this.operations = operations;
        this.first = new long[operations];
        this.whole = new long[operations];
    }

    static Sample run(Subject subject, boolean stream, int concurrency, int operations) throws InterruptedException {
        Load load = new Load(subject, stream, operations);
        Threads before = Threads.now();
        long began = System.nanoTime();
        for (int i = 0; i < Math.min(concurrency, operations); i++) {
            load.next();
        }
        load.over.await();
        long nanos = System.nanoTime() - began;
        Threads spent = Threads.now().since(before);
        return load.sample(nanos, spent);
    }

    private Sample sample(long nanos, Threads spent) {
        Arrays.sort(first);
        Arrays.sort(whole);
        return new Sample(
                operations - errors.get(),
                units.get(),
                errors.get(),
                nanos,
                spent.cpu(),
                spent.bytes(),
                first[operations / 2],
                first[operations * 99 / 100],
                whole[operations / 2],
                whole[operations * 99 / 100]);
    }

    private void next() {
        int number = begun.getAndIncrement();
        if (number < operations) {
            Publisher<?> one = stream ? subject.stream() : subject.chat();
            one.subscribe(new Operation(number));
        }
    }

    private final class Operation implements CoreSubscriber<Object> {

        private final int number;
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
            }
        }

        @Override
        public void onError(Throwable error) {
            if (errors.getAndIncrement() == 0) {
                System.err.println(error);
            }
            end();
        }

        @Override
        public void onComplete() {
            end();
        }

        private void end() {
            whole[number] = System.nanoTime() - began;
            units.addAndGet(received);
            next();
            if (ended.incrementAndGet() == operations) {
                over.countDown();
            }
        }
    }
}

package dev.understudy.streaming;

import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Plays a property with many random cases. A failure names the seed of its case, and {@code -Dseed=} plays that one again; the
 * seed of the run is in {@link SuiteFigures}. {@code -Dunderstudy.cases=} says how many, {@code -Dunderstudy.wire.cases=} of those on sockets.
 */
public final class Cases {

    public interface Case {
        void play(Random random) throws Exception;
    }

    private Cases() {}

    public static void play(String what, Case one) {
        play(what, 1, one);
    }

    /** As many cases as usual, divided by {@code costly}. */
    public static void play(String what, int costly, Case one) {
        if (!again().isBlank()) {
            run(what, Long.parseLong(again()), one);
            return;
        }
        int cases = count(costly);
        long seed = System.nanoTime() & 0xFFFF_FFFFFFL;
        long started = System.nanoTime();
        for (int i = 0; i < cases; i++) {
            run(what, seed + i, one);
        }
        report(what, cases, seed, started);
    }

    /** So many cases, so many at a time, each on a thread that may wait. The first failure ends it. */
    static void playAtOnce(int atOnce, String what, int count, Case one) {
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger taken = new AtomicInteger();
        int cases = again().isBlank() ? count : 1;
        long seed = again().isBlank() ? System.nanoTime() & 0xFFFF_FFFFFFL : Long.parseLong(again());
        long started = System.nanoTime();
        List<Thread> threads = IntStream.range(0, Math.min(atOnce, cases))
                .mapToObj(i -> new Thread(() -> {
                    for (int next = taken.getAndIncrement();
                            next < cases && failures.isEmpty();
                            next = taken.getAndIncrement()) {
                        try {
                            run(what, seed + next, one);
                        } catch (AssertionError failed) {
                            failures.add(failed);
                        }
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        if (!failures.isEmpty()) {
            throw (AssertionError) failures.peek();
        }
        report(what, cases, seed, started);
    }

    private static void report(String what, int cases, long seed, long started) {
        long nanos = System.nanoTime() - started;
        SuiteFigures.write(
                what,
                "%s: %d cases from seed %d in %d ms (%.0f a second)%n"
                        .formatted(what, cases, seed, nanos / 1_000_000, cases * 1e9 / nanos));
    }

    private static String again() {
        return System.getProperty("seed", "").trim();
    }

    private static int count(int costly) {
        return Math.max(1, Integer.getInteger("understudy.cases", 5_000) / costly);
    }

    private static void run(String what, long seed, Case one) {
        try {
            one.play(new Random(seed * 0x9E3779B97F4A7C15L));
        } catch (Throwable failed) {
            throw new AssertionError(what + " fails with -Dseed=" + seed + ": " + failed.getMessage(), failed);
        }
    }
}

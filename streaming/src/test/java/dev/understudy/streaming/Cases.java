package dev.understudy.streaming;

import java.util.Random;

/**
 * Plays a property with many random cases. The seed of the run is printed, a failure names the seed of its case, and
 * {@code -Dseed=} plays that one again. {@code -Dunderstudy.cases=} says how many.
 */
final class Cases {

    interface Case {
        void play(Random random) throws Exception;
    }

    private Cases() {}

    static void play(String what, Case one) {
        play(what, 1, one);
    }

    /** As many cases as usual, divided by {@code costly}. */
    static void play(String what, int costly, Case one) {
        String again = System.getProperty("seed", "");
        if (!again.isBlank()) {
            run(what, Long.parseLong(again.trim()), one);
            return;
        }
        int cases = Math.max(1, Integer.getInteger("understudy.cases", 10_000) / costly);
        long seed = System.nanoTime() & 0xFFFF_FFFFFFL;
        long started = System.nanoTime();
        for (int i = 0; i < cases; i++) {
            run(what, seed + i, one);
        }
        System.out.printf(
                "%s: %d cases from seed %d in %d ms%n", what, cases, seed, (System.nanoTime() - started) / 1_000_000);
    }

    private static void run(String what, long seed, Case one) {
        try {
            one.play(new Random(seed * 0x9E3779B97F4A7C15L));
        } catch (Throwable failed) {
            throw new AssertionError(what + " fails with -Dseed=" + seed + ": " + failed.getMessage(), failed);
        }
    }
}

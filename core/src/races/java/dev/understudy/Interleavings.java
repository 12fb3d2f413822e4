package dev.understudy;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;

/** Runs a small concurrent program in many orders of its reads and writes, which a model checker chooses. */
public final class Interleavings {

    private static final int SCHEDULES = Integer.getInteger("understudy.races.schedules", 10_000);

    private static volatile Object shared;

    private Interleavings() {}

    /**
     * Returns an object that several threads use. The checker cannot look into lambdas and records, and takes an object that
     * only they hold, or that a method reference created, for one of a single thread.
     */
    public static <T> T shared(T object) {
        shared = object;
        return object;
    }

    /** Fails with the order of steps in which the program fails, if there is one. */
    public static void hold(Runnable program) {
        Lincheck.runConcurrentTest(SCHEDULES, program);
    }

    /** Fails unless the program fails in some order: shows that the check can see the defect. */
    public static void refute(Runnable program) {
        assertThatThrownBy(() -> Lincheck.runConcurrentTest(SCHEDULES, program))
                .isInstanceOf(LincheckAssertionError.class);
    }

    /** Runs the actions on a thread each, and fails with what one of them throws. */
    public static void together(Runnable... actions) {
        Thread[] threads = new Thread[actions.length];
        Throwable[] failures = new Throwable[actions.length];
        for (int i = 0; i < actions.length; i++) {
            int number = i;
            threads[i] = new Thread(() -> failures[number] = failure(actions[number]));
        }
        for (Thread thread : threads) {
            thread.start();
        }
        for (Thread thread : threads) {
            join(thread);
        }
        for (Throwable failure : failures) {
            if (failure != null) {
                throw new AssertionError(failure);
            }
        }
    }

    private static Throwable failure(Runnable action) {
        try {
            action.run();
            return null;
        } catch (Throwable thrown) {
            return thrown;
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    /** Fails if the condition does not hold; assertions of a library would be explored too. */
    public static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }
}

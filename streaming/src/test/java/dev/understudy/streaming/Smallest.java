package dev.understudy.streaming;

import java.util.List;
import java.util.function.Function;

/** The simplest case that still fails, found by trying what is a little simpler. */
final class Smallest {

    /** Many threads take part, so a case that fails may pass now and then. */
    private static final int TRIES = 3;

    private static final int MOST = 2_000;

    interface Played<T> {
        void play(T played) throws Exception;
    }

    private Smallest() {}

    static <T> AssertionError of(T failing, Throwable why, Function<T, List<T>> smaller, Played<T> play) {
        T smallest = failing;
        Throwable reason = why;
        int plays = 0;
        boolean found = true;
        while (found && plays < MOST) {
            found = false;
            for (T candidate : smaller.apply(smallest)) {
                plays++;
                Throwable failure = failure(candidate, play);
                if (failure != null) {
                    smallest = candidate;
                    reason = failure;
                    found = true;
                    break;
                }
            }
        }
        return new AssertionError(reason.getMessage() + "\nThe smallest case that fails: " + smallest, reason);
    }

    private static <T> @org.jspecify.annotations.Nullable Throwable failure(T candidate, Played<T> play) {
        for (int i = 0; i < TRIES; i++) {
            try {
                play.play(candidate);
            } catch (Throwable failure) {
                return failure;
            }
        }
        return null;
    }
}

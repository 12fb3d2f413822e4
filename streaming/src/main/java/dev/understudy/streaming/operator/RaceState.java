package dev.understudy.streaming.operator;

import java.util.concurrent.atomic.AtomicReference;

/** State of a race of two sources: which sources run, and which one is emitted. Thread-safe; every change is atomic. */
final class RaceState {

    private enum State {
        /** Only the first source runs, or is left. */
        FIRST,
        /** Both run. */
        BOTH,
        /** The first source has ended, and the second has not claimed yet. */
        SECOND_UNCLAIMED,
        /** The second source is emitted. */
        SECOND
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.FIRST);

    /** True if the first source is the one that is emitted. */
    boolean isFirst() {
        return state.get() == State.FIRST;
    }

    boolean isBoth() {
        return state.get() == State.BOTH;
    }

    /** Begins the race; false if the second source runs, or has won. */
    boolean begin() {
        return state.compareAndSet(State.FIRST, State.BOTH);
    }

    /** Ends the race in favour of the first source; false if it was not open. */
    boolean firstWins() {
        return state.compareAndSet(State.BOTH, State.FIRST);
    }

    /** Ends the race in favour of the second source; false if it was not open. */
    boolean secondWins() {
        return state.compareAndSet(State.BOTH, State.SECOND);
    }

    /** True if the second source is the only one, or has won; from now on it is emitted. */
    boolean secondIsLeft() {
        return state.compareAndSet(State.SECOND_UNCLAIMED, State.SECOND) || state.get() == State.SECOND;
    }

    /** Records that the first source ended; true if that is the end of the race. */
    boolean firstEnds() {
        return !state.compareAndSet(State.BOTH, State.SECOND_UNCLAIMED) && state.get() == State.FIRST;
    }

    /** Records that the second source ended; true if that is the end of the race. */
    boolean secondEnds() {
        return !state.compareAndSet(State.BOTH, State.FIRST) && state.get() != State.FIRST;
    }
}

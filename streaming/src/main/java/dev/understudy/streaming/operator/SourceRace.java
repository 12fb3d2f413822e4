package dev.understudy.streaming.operator;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;

/**
 * Race of a source with a second one that begins later, for one subscription. The first source that claims the race is the
 * one that is emitted; the other is cancelled. Both decide by {@link #firstClaims} and {@link #secondClaims} before they
 * change anything that they share, so that one of them at a time does. A second source that fails before it claims leaves
 * the first one alone; a first source that ends without having claimed leaves the second one alone, with its end.
 */
public final class SourceRace<T> {

    enum State {
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
    private @Nullable SourceRaceSubscriber<T> subscriber;

    /** The winner of the race, beginning with this source. Supports one subscription. */
    public Flux<T> from(Flux<T> first) {
        return new FluxOperator<T, T>(first) {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                SourceRaceSubscriber<T> racing = new SourceRaceSubscriber<>(actual, SourceRace.this);
                subscriber = racing;
                source.subscribe(racing);
            }
        };
    }

    /** Subscribes to the second source. Only between two signals of the first one, on its thread, while it runs alone. */
    public void begin(Flux<T> second) {
        SourceRaceSubscriber<T> racing = subscriber;
        if (racing != null && state.compareAndSet(State.FIRST, State.BOTH)) {
            racing.begin(second);
        }
    }

    /** Claims the race for the first source; false if that has lost. The second source is cancelled. */
    public boolean firstClaims() {
        State was = state.get();
        if (was == State.FIRST) {
            return true;
        }
        if (was == State.BOTH && state.compareAndSet(State.BOTH, State.FIRST)) {
            cancelSecond();
            return true;
        }
        return state.get() == State.FIRST;
    }

    /** Claims the race for the second source; false if that has lost. The first source is cancelled. */
    public boolean secondClaims() {
        if (state.get() == State.SECOND) {
            return true;
        }
        if (state.compareAndSet(State.BOTH, State.SECOND)) {
            SourceRaceSubscriber<T> racing = subscriber;
            if (racing != null) {
                racing.cancelFirst();
            }
            return true;
        }
        return state.compareAndSet(State.SECOND_UNCLAIMED, State.SECOND);
    }

    /** True while a second source runs beside the first. */
    public boolean isOpen() {
        return state.get() == State.BOTH;
    }

    /** Records that the first source ended; true if that is the end of the race. */
    boolean firstEnds() {
        return !state.compareAndSet(State.BOTH, State.SECOND_UNCLAIMED) && state.get() == State.FIRST;
    }

    /** Records that the second source ended; true if that is the end of the race. */
    boolean secondEnds() {
        return !state.compareAndSet(State.BOTH, State.FIRST) && state.get() != State.FIRST;
    }

    /** True if the first source is the one that is emitted. */
    boolean isFirst() {
        return state.get() == State.FIRST;
    }

    private void cancelSecond() {
        SourceRaceSubscriber<T> racing = subscriber;
        if (racing != null) {
            racing.cancelSecond();
        }
    }
}

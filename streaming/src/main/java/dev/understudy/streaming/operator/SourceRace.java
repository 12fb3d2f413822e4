package dev.understudy.streaming.operator;

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

    private final RaceState state = new RaceState();
    private @Nullable SourceRaceSubscriber<T> subscriber;

    /** The winner of the race, beginning with this source. Supports one subscription. */
    public Flux<T> from(Flux<T> first) {
        return new FluxOperator<T, T>(first) {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                SourceRaceSubscriber<T> racing = new SourceRaceSubscriber<>(actual, state);
                subscriber = racing;
                source.subscribe(racing);
            }
        };
    }

    /** Subscribes to the second source. Only between two signals of the first one, on its thread, while it runs alone. */
    public void begin(Flux<T> second) {
        SourceRaceSubscriber<T> racing = subscriber;
        if (racing != null && state.begin()) {
            racing.begin(second);
        }
    }

    /** Claims the race for the first source; false if that has lost. The second source is cancelled. */
    public boolean firstClaims() {
        SourceRaceSubscriber<T> racing = subscriber;
        if (racing != null && state.firstWins()) {
            racing.cancelSecond();
        }
        return state.isFirst();
    }

    /** Claims the race for the second source; false if that has lost. The first source is cancelled. */
    public boolean secondClaims() {
        SourceRaceSubscriber<T> racing = subscriber;
        if (racing != null && state.secondWins()) {
            racing.cancelFirst();
        }
        return state.secondIsLeft();
    }

    /** True while a second source runs beside the first. */
    public boolean isOpen() {
        return state.isBoth();
    }
}

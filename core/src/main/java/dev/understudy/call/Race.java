package dev.understudy.call;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Two concurrent attempts of one call. The first with content claims the call, and the other is cancelled before that
 * content is emitted: its log entry is part of the answer, and it emits nothing.
 */
final class Race {

    private final AtomicReference<@Nullable Attempt> winner = new AtomicReference<>();
    private final Sinks.One<Attempt> decided = Sinks.one();

    /** Claims the call for an attempt, and cancels the other. Returns false if the other was first. */
    boolean claim(Attempt attempt) {
        if (winner.compareAndSet(null, attempt)) {
            decided.tryEmitValue(attempt);
        }
        return winner.get() == attempt;
    }

    boolean isWonBy(Attempt attempt) {
        return winner.get() == attempt;
    }

    boolean isLostBy(Attempt attempt) {
        Attempt won = winner.get();
        return won != null && won != attempt;
    }

    /** Runs an attempt, which is cancelled and completes empty when the other one wins. */
    <T> Flux<T> run(Attempt attempt, Flux<T> answer) {
        return answer.takeUntilOther(decided.asMono().flatMap(won -> won == attempt ? Mono.never() : Mono.empty()));
    }
}

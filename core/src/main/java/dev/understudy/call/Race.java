package dev.understudy.call;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Two attempts of one call at once. The first with content claims the call, and the other is cancelled before that
 * content goes on: so it stands in the trail of the answer, and never says anything itself.
 */
final class Race {

    private final AtomicReference<@Nullable Attempt> winner = new AtomicReference<>();
    private final Sinks.One<Attempt> decided = Sinks.one();

    /** Whether this attempt may speak. Its rival is cancelled when this returns. */
    boolean claimedBy(Attempt attempt) {
        if (winner.compareAndSet(null, attempt)) {
            decided.tryEmitValue(attempt);
        }
        return winner.get() == attempt;
    }

    boolean isLostBy(Attempt attempt) {
        Attempt won = winner.get();
        return won != null && won != attempt;
    }

    /** Ends without a word when the other one wins. */
    <T> Flux<T> run(Attempt attempt, Flux<T> answer) {
        return answer.takeUntilOther(decided.asMono().flatMap(won -> won == attempt ? Mono.never() : Mono.empty()));
    }
}

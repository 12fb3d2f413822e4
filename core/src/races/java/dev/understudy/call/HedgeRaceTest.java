package dev.understudy.call;

import static dev.understudy.Interleavings.hold;
import static dev.understudy.Interleavings.refute;
import static dev.understudy.Interleavings.require;
import static dev.understudy.Interleavings.shared;
import static dev.understudy.Interleavings.together;

import dev.understudy.event.Listener;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two attempts have content at one instant: one of them claims the call. */
class HedgeRaceTest {

    private static final Call CALL = CallFixtures.call(CallFixtures.plan(CallFixtures.route("a")), Listener.none());
    private static final Attempt ONE = new Attempt(CALL, Cursor.start(CALL.plan()), null);
    private static final Attempt OTHER = new Attempt(CALL, Cursor.start(CALL.plan()), null);

    /** Looks whether the call is claimed before it claims it, in two steps. */
    private static final class NaiveRace {

        private volatile @Nullable Attempt winner;

        boolean claim(Attempt attempt) {
            if (winner == null) {
                winner = attempt;
                return true;
            }
            return winner == attempt;
        }
    }

    @Test
    void oneAttemptClaimsTheCall() {
        hold(() -> twoClaim(shared(new Race())::claim));
    }

    @Test
    void naiveCallIsClaimedTwice() {
        refute(() -> twoClaim(shared(new NaiveRace())::claim));
    }

    private static void twoClaim(Predicate<Attempt> claim) {
        AtomicInteger delivered = shared(new AtomicInteger());
        together(() -> deliver(claim, ONE, delivered), () -> deliver(claim, OTHER, delivered));
        require(delivered.get() == 1, "not one attempt delivers");
    }

    private static void deliver(Predicate<Attempt> claim, Attempt attempt, AtomicInteger delivered) {
        if (claim.test(attempt)) {
            delivered.incrementAndGet();
        }
    }
}

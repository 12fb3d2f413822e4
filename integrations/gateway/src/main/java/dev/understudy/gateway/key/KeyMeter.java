package dev.understudy.gateway.key;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Counts the use of one key. Thread-safe. */
final class KeyMeter {

    private final LongSupplier nanos;
    private final InstantSource clock;
    private final AtomicReference<KeyState> state;

    KeyMeter(LongSupplier nanos, InstantSource clock) {
        this.nanos = nanos;
        this.clock = clock;
        this.state = new AtomicReference<>(KeyState.at(nanos.getAsLong()));
    }

    /** Counts a call, or returns why it is refused. */
    @Nullable
    Refusal start(KeyLimits limits) {
        while (true) {
            KeyState was = state.get();
            long at = nanos.getAsLong();
            Instant now = clock.instant();
            KeyState moved = was.moved(limits, at, now);
            Refusal refusal = moved.refusal(limits, at, now);
            if (refusal != null) {
                return refusal;
            }
            if (state.compareAndSet(was, moved.started())) {
                return null;
            }
        }
    }

    /** Counts a call that goes on. */
    void goOn() {
        state.updateAndGet(KeyState::goneOn);
    }

    void end() {
        state.updateAndGet(KeyState::ended);
    }

    void charge(KeyLimits limits, long tokens, double cost) {
        long at = nanos.getAsLong();
        Instant now = clock.instant();
        state.updateAndGet(was -> was.moved(limits, at, now).charged(tokens, cost));
    }

    /** Returns the use so far, with the amounts of this period. */
    KeyState state(KeyLimits limits) {
        long at = nanos.getAsLong();
        Instant now = clock.instant();
        return state.updateAndGet(was -> was.moved(limits, at, now));
    }

    void exchanged(Spending sent, Spending all) {
        state.updateAndGet(was -> was.exchanged(sent, all));
    }
}

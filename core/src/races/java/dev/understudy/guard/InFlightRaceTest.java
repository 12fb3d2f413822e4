package dev.understudy.guard;

import static dev.understudy.Interleavings.hold;
import static dev.understudy.Interleavings.refute;
import static dev.understudy.Interleavings.require;
import static dev.understudy.Interleavings.shared;
import static dev.understudy.Interleavings.together;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A call begins while the client is closed: it is refused, or the end waits for it. */
class InFlightRaceTest {

    /** Looks whether it is closed before it counts the call in. */
    private static final class NaiveInFlight {

        private final AtomicInteger calls = new AtomicInteger();
        private final Runnable drained;
        private volatile boolean closed;

        NaiveInFlight(Runnable drained) {
            this.drained = drained;
        }

        boolean enter() {
            if (closed) {
                return false;
            }
            calls.incrementAndGet();
            return true;
        }

        void leave() {
            if (calls.decrementAndGet() == 0 && closed) {
                drained.run();
            }
        }

        void close() {
            closed = true;
            if (calls.get() == 0) {
                drained.run();
            }
        }
    }

    /** Counts the ends, and calls that are in flight behind one. */
    private static final class Watched {

        private final AtomicInteger ends = new AtomicInteger();
        private volatile boolean late;

        void drained() {
            ends.incrementAndGet();
        }

        void inFlight() {
            if (ends.get() > 0) {
                late = true;
            }
        }

        void check() {
            require(ends.get() == 1, "not one end");
            require(!late, "a call in flight behind the end");
        }
    }

    @Test
    void endComesOnceAndBehindTheLastCall() {
        hold(() -> {
            Watched watched = shared(new Watched());
            InFlight inFlight = shared(new InFlight(watched::drained));
            Runnable call = () -> {
                if (inFlight.enter()) {
                    watched.inFlight();
                    inFlight.leave();
                }
            };
            together(call, inFlight::close, call);
            watched.check();
        });
    }

    @Test
    void naiveEndComesBeforeACallIsOver() {
        refute(() -> {
            Watched watched = shared(new Watched());
            NaiveInFlight inFlight = shared(new NaiveInFlight(watched::drained));
            together(
                    () -> {
                        if (inFlight.enter()) {
                            watched.inFlight();
                            inFlight.leave();
                        }
                    },
                    inFlight::close);
            watched.check();
        });
    }
}

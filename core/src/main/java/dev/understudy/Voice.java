package dev.understudy;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What this door tells others about providers.
 *
 * @param shared where it is told
 * @param from who tells
 * @param door the name of the door
 * @param time whose readings are told as instants, for no two instances share an origin
 */
record Voice(SharedStanding shared, String from, String door, Time time) implements Gates.Watcher {

    static final Voice SILENT = new Voice(SharedStanding.none(), "", "", Time.PARALLEL);

    /** Told apart from other processes by chance. Not a secret, and drawn without reading a device: doors are built on event loops too. */
    private static final String PROCESS = new UUID(
                    ThreadLocalRandom.current().nextLong(),
                    ThreadLocalRandom.current().nextLong())
            .toString();

    private static final AtomicLong DOORS = new AtomicLong();

    static Voice of(SharedStanding shared, String door, Time time) {
        return shared == InMemoryStanding.NONE
                ? SILENT
                : new Voice(shared, PROCESS + "/" + DOORS.incrementAndGet(), door, time);
    }

    boolean isSilent() {
        return shared == InMemoryStanding.NONE;
    }

    /** Telling must not harm a call. */
    void say(SharedStanding.Word word) {
        if (isSilent()) {
            return;
        }
        try {
            shared.tell(new SharedStanding.Told(from, word));
        } catch (Throwable e) {
            // Dropped, as SharedStanding promises: this door knows it, and the others find out for themselves.
        }
    }

    @Override
    public void shut(String provider, String model, Gates.Gate gate, long now) {
        say(new SharedStanding.Gated(provider, model, gate.kind(), in(gate.until() - now)));
    }

    @Override
    public void opened(String provider, String model) {
        say(new SharedStanding.Ungated(provider, model));
    }

    void circuitOpened(String provider, String model, String why, long remaining) {
        say(new SharedStanding.Opened(provider, model, why, in(remaining)));
    }

    void circuitClosed(String provider, String model) {
        say(new SharedStanding.Closed(provider, model));
    }

    void active(String provider, boolean byHand) {
        say(new SharedStanding.Active(door, provider, byHand));
    }

    void held(String provider, @Nullable String model, @Nullable Duration forHowLong) {
        Instant until = forHowLong == null ? null : wall().plus(forHowLong);
        say(new SharedStanding.Held(provider, model, until));
    }

    void released(String provider, @Nullable String model) {
        say(new SharedStanding.Released(provider, model));
    }

    void spent(String provider, int requests, int tokens) {
        if (requests != 0 || tokens != 0) {
            say(new SharedStanding.Spent(provider, requests, tokens));
        }
    }

    private Instant wall() {
        return Instant.ofEpochMilli(time.scheduler().now(TimeUnit.MILLISECONDS));
    }

    private Instant in(long nanos) {
        return wall().plusNanos(nanos);
    }

    /** The reading of this door's clock at an instant that another has told. */
    long reading(Instant instant, long now) {
        return now + Nanos.of(Duration.between(wall(), instant));
    }
}

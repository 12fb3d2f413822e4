package dev.understudy.pool;

import dev.understudy.guard.Nanos;
import dev.understudy.guard.TimeSource;
import dev.understudy.shared.InMemorySharedState;
import dev.understudy.shared.SharedState;
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
 * @param timeSource whose readings are told as instants, for no two instances share an origin
 */
public record StatePublisher(SharedState shared, String from, String door, TimeSource timeSource)
        implements Cooldowns.Watcher {

    public static final StatePublisher SILENT = new StatePublisher(SharedState.none(), "", "", TimeSource.PARALLEL);

    /** Told apart from other processes by chance. Not a secret, and drawn without reading a device: doors are built on event loops too. */
    private static final String PROCESS = new UUID(
                    ThreadLocalRandom.current().nextLong(),
                    ThreadLocalRandom.current().nextLong())
            .toString();

    private static final AtomicLong DOORS = new AtomicLong();

    public static StatePublisher of(SharedState shared, String door, TimeSource timeSource) {
        return shared == InMemorySharedState.NONE
                ? SILENT
                : new StatePublisher(shared, PROCESS + "/" + DOORS.incrementAndGet(), door, timeSource);
    }

    boolean isSilent() {
        return shared == InMemorySharedState.NONE;
    }

    /** Telling must not harm a call. */
    void publish(SharedState.Word word) {
        if (isSilent()) {
            return;
        }
        try {
            shared.tell(new SharedState.Told(from, word));
        } catch (Throwable e) {
            // Dropped, as SharedStanding promises: this door knows it, and the others find out for themselves.
        }
    }

    @Override
    public void shut(String provider, String model, Cooldowns.Cooldown cooldown, long now) {
        publish(new SharedState.Gated(provider, model, cooldown.kind(), in(cooldown.until() - now)));
    }

    @Override
    public void opened(String provider, String model) {
        publish(new SharedState.Ungated(provider, model));
    }

    void circuitOpened(String provider, String model, String why, long remaining) {
        publish(new SharedState.Opened(provider, model, why, in(remaining)));
    }

    void circuitClosed(String provider, String model) {
        publish(new SharedState.Closed(provider, model));
    }

    void active(String provider, boolean byHand) {
        publish(new SharedState.Active(door, provider, byHand));
    }

    public void held(String provider, @Nullable String model, @Nullable Duration forHowLong) {
        Instant until = forHowLong == null ? null : wall().plus(forHowLong);
        publish(new SharedState.Held(provider, model, until));
    }

    public void released(String provider, @Nullable String model) {
        publish(new SharedState.Released(provider, model));
    }

    void spent(String provider, int requests, int tokens) {
        if (requests != 0 || tokens != 0) {
            publish(new SharedState.Spent(provider, requests, tokens));
        }
    }

    private Instant wall() {
        return Instant.ofEpochMilli(timeSource.scheduler().now(TimeUnit.MILLISECONDS));
    }

    private Instant in(long nanos) {
        return wall().plusNanos(nanos);
    }

    /** The reading of this door's clock at an instant that another has told. */
    long reading(Instant instant, long now) {
        return now + Nanos.of(Duration.between(wall(), instant));
    }
}

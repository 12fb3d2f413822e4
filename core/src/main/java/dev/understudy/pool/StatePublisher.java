package dev.understudy.pool;

import dev.understudy.guard.Nanos;
import dev.understudy.guard.TimeSource;
import dev.understudy.shared.SharedState;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what one understudy learned about its providers to other instances.
 *
 * @param shared receiver of the messages; what it throws is dropped
 * @param source identifies this understudy among all instances
 * @param understudy name of the understudy
 * @param timeSource clock of the understudy; its readings are published as instants, because origins differ between instances
 */
public record StatePublisher(SharedState shared, String source, String understudy, TimeSource timeSource)
        implements Cooldowns.Watcher {

    /** Publishes nothing. */
    public static final StatePublisher OFF = new StatePublisher(SharedState.none(), "", "", TimeSource.PARALLEL);

    /** Random identifier of this process. No secret, so it is drawn without a blocking read of a random device: understudies are built on event loops too. */
    private static final String PROCESS = new UUID(
                    ThreadLocalRandom.current().nextLong(),
                    ThreadLocalRandom.current().nextLong())
            .toString();

    private static final AtomicLong UNDERSTUDIES = new AtomicLong();

    public static StatePublisher of(SharedState shared, String understudy, TimeSource timeSource) {
        return shared == SharedState.none()
                ? OFF
                : new StatePublisher(shared, PROCESS + "/" + UNDERSTUDIES.incrementAndGet(), understudy, timeSource);
    }

    boolean isOff() {
        return shared == SharedState.none();
    }

    /** Publishes an update; never throws. */
    void publish(SharedState.Update update) {
        if (isOff()) {
            return;
        }
        try {
            shared.publish(new SharedState.Message(source, update));
        } catch (Throwable e) {
            // Dropped, as SharedState promises: a failure to publish must not fail the call that caused it.
        }
    }

    @Override
    public void cooldownStarted(String provider, String model, Cooldowns.Cooldown cooldown, long now) {
        publish(new SharedState.CooldownStarted(provider, model, cooldown.kind(), after(cooldown.until() - now)));
    }

    @Override
    public void cooldownEnded(String provider, String model) {
        publish(new SharedState.CooldownEnded(provider, model));
    }

    void circuitOpened(String provider, String model, String cause, long remaining) {
        publish(new SharedState.CircuitOpened(provider, model, cause, after(remaining)));
    }

    void circuitClosed(String provider, String model) {
        publish(new SharedState.CircuitClosed(provider, model));
    }

    void active(String provider, boolean manual) {
        publish(new SharedState.ActiveProvider(understudy, provider, manual));
    }

    public void holdStarted(String provider, @Nullable String model, @Nullable Duration duration) {
        Instant until = duration == null ? null : wallClock().plus(duration);
        publish(new SharedState.HoldStarted(provider, model, until));
    }

    public void holdEnded(String provider, @Nullable String model) {
        publish(new SharedState.HoldEnded(provider, model));
    }

    void limitSpent(String provider, int requests, int tokens) {
        if (requests != 0 || tokens != 0) {
            publish(new SharedState.LimitSpent(provider, requests, tokens));
        }
    }

    private Instant wallClock() {
        return Instant.ofEpochMilli(timeSource.scheduler().now(TimeUnit.MILLISECONDS));
    }

    private Instant after(long nanos) {
        return wallClock().plusNanos(nanos);
    }

    /** Converts an instant from another instance to a reading of this understudy's clock. */
    long reading(Instant instant, long now) {
        return now + Nanos.of(Duration.between(wallClock(), instant));
    }
}

package dev.understudy.pool;

import dev.understudy.chat.Failure;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.ProviderStatus;
import dev.understudy.guard.CircuitBreaker;
import dev.understudy.guard.ProbeState;
import java.time.Duration;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the events of a pool of providers that belong to no call.
 *
 * @param understudy name of the understudy that the pool belongs to
 * @param listener receiver of the events; what it throws is dropped
 */
public record PoolEvents(String understudy, Listener listener) {

    void circuitChanged(String provider, String model, CircuitBreaker.Change change) {
        publish(new Event.CircuitStateChanged(understudy, provider, model, change.from(), change.to(), change.cause()));
    }

    void activeChanged(String from, String to, String cause) {
        publish(new Event.ActiveProviderChanged(understudy, from, to, cause));
    }

    void healthChanged(String provider, ProviderStatus.Health health, @Nullable String cause) {
        publish(new Event.HealthChanged(understudy, provider, health, cause));
    }

    /**
     * Publishes that failures of several models took a provider out of rotation, or that an answer put it back. Silent while
     * health checks keep it out of rotation, and about failed trials.
     */
    void rotationChanged(String provider, CircuitBreaker.Change change, ProbeState probes) {
        boolean opened =
                change.to() == ProviderStatus.CircuitState.OPEN && change.from() == ProviderStatus.CircuitState.CLOSED;
        boolean closed = change.to() == ProviderStatus.CircuitState.CLOSED;
        if (probes.failed() || (!opened && !closed)) {
            return;
        }
        if (opened) {
            healthChanged(provider, ProviderStatus.Health.UNHEALTHY, "failures of several models: " + change.cause());
        } else {
            healthChanged(provider, ProviderStatus.Health.HEALTHY, null);
        }
    }

    void holdChanged(String provider, boolean held, @Nullable Duration duration, String cause) {
        publish(new Event.HoldChanged(understudy, provider, held, duration, cause));
    }

    void modelRetiring(String provider, String model, LocalDate day) {
        publish(new Event.ModelRetiring(understudy, provider, model, day));
    }

    public void warmupFailed(String provider, Failure failure) {
        publish(new Event.WarmupFailed(understudy, provider, failure));
    }

    private void publish(Event event) {
        Listener.safely(listener, event);
    }
}

package dev.understudy.ops.metrics;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.event.ProviderStatus;
import io.micrometer.core.instrument.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An understudy whose state is published as gauges. One reading of the status serves all gauges of a scrape. */
final class BoundUnderstudy {

    private static final long MAX_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private record Reading(List<ProviderStatus> providerStatuses, long at) {}

    private record Route(String provider, String model) {}

    private final Understudy understudy;
    private final Set<String> models;
    private final Set<String> providers;
    private final Clock clock;
    private final Set<Route> shown = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Gauges gauges;
    private volatile @Nullable Reading last;

    BoundUnderstudy(Understudy understudy, Clock clock) {
        this.understudy = understudy;
        this.models = Set.copyOf(understudy.models());
        this.providers = understudy.control().status().stream()
                .map(ProviderStatus::provider)
                .collect(Collectors.toUnmodifiableSet());
        this.clock = clock;
    }

    boolean isOf(Understudy other) {
        return understudy == other;
    }

    Set<String> providers() {
        return providers;
    }

    /** Registers gauges for each circuit from now on. */
    void publishTo(Gauges gauges) {
        this.gauges = gauges;
    }

    /** Returns {@code true} if the understudy was composed with this model. */
    boolean hasModel(String model) {
        return models.contains(model);
    }

    void circuit(String provider, String model) {
        Gauges target = gauges;
        Route route = new Route(provider, model);
        if (target != null && !shown.contains(route) && shown.add(route)) {
            target.circuit(provider, model);
            if (providers.contains(provider)
                    && understudy.capabilities(provider, model).retirement() != null) {
                target.retirement(provider, model);
            }
        }
    }

    void retirement(String provider, String model) {
        Gauges target = gauges;
        if (target != null) {
            target.retirement(provider, model);
        }
    }

    /** Returns the price of a model; {@code null} when it is not known. */
    Capabilities.@Nullable Price price(String provider, String model) {
        return providers.contains(provider)
                ? understudy.capabilities(provider, model).price()
                : null;
    }

    double retryTokens(String provider) {
        return providers.contains(provider) ? understudy.control().retryTokens(provider) : Double.NaN;
    }

    /** Returns the status of a provider; {@code null} when the understudy has no such provider. */
    @Nullable
    ProviderStatus status(String provider) {
        long now = clock.monotonicTime();
        Reading reading = last;
        if (reading == null || now - reading.at > MAX_AGE_NANOS) {
            reading = new Reading(understudy.control().status(), now);
            last = reading;
        }
        for (ProviderStatus providerStatus : reading.providerStatuses) {
            if (providerStatus.provider().equals(provider)) {
                return providerStatus;
            }
        }
        return null;
    }
}

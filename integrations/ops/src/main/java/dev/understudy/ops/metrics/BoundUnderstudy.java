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

/** A door that is looked at. One look serves all gauges of a scrape. */
final class BoundUnderstudy {

    private static final long FRESH = TimeUnit.MILLISECONDS.toNanos(10);

    private record Look(List<ProviderStatus> providerStatuses, long at) {}

    private record Route(String provider, String model) {}

    private final Understudy door;
    private final Set<String> models;
    private final Set<String> providers;
    private final Clock clock;
    private final Set<Route> shown = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Gauges gauges;
    private volatile @Nullable Look last;

    BoundUnderstudy(Understudy door, Clock clock) {
        this.door = door;
        this.models = Set.copyOf(door.models());
        this.providers =
                door.control().status().stream().map(ProviderStatus::provider).collect(Collectors.toUnmodifiableSet());
        this.clock = clock;
    }

    boolean isOf(Understudy other) {
        return door == other;
    }

    Set<String> providers() {
        return providers;
    }

    /** From now on each circuit that is heard of is shown there. */
    void show(Gauges gauges) {
        this.gauges = gauges;
    }

    /** Whether the door was composed with this model. */
    boolean composed(String model) {
        return models.contains(model);
    }

    void circuit(String provider, String model) {
        Gauges board = gauges;
        Route route = new Route(provider, model);
        if (board != null && !shown.contains(route) && shown.add(route)) {
            board.circuit(provider, model);
        }
    }

    /** {@code null} when it is not known. */
    Capabilities.@Nullable Price price(String provider, String model) {
        return providers.contains(provider) ? door.capabilities(provider, model).price() : null;
    }

    double retryTokens(String provider) {
        return providers.contains(provider) ? door.control().retryTokens(provider) : Double.NaN;
    }

    /** {@code null} when the door has no such provider. */
    @Nullable
    ProviderStatus standing(String provider) {
        long now = clock.monotonicTime();
        Look look = last;
        if (look == null || now - look.at > FRESH) {
            look = new Look(door.control().status(), now);
            last = look;
        }
        for (ProviderStatus providerStatus : look.providerStatuses) {
            if (providerStatus.provider().equals(provider)) {
                return providerStatus;
            }
        }
        return null;
    }
}

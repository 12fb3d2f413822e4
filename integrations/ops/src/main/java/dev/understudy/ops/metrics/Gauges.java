package dev.understudy.ops.metrics;

import dev.understudy.event.ProviderStatus;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How the providers of one door stand. Gauges stay when the door is replaced by another one of its name, and read that one. */
record Gauges(MeterRegistry registry, Supplier<@Nullable BoundUnderstudy> watch, String door) {

    void provider(String provider) {
        Meters.RETRY_TOKENS.gauge(registry, () -> retryTokens(provider), door, provider);
        Meters.PROVIDER_ACTIVE.gauge(registry, () -> read(provider, Gauges::active), door, provider);
        Meters.IN_FLIGHT.gauge(registry, () -> read(provider, ProviderStatus::inFlight), door, provider);
        for (ProviderStatus.Health health : ProviderStatus.Health.values()) {
            Meters.PROVIDER_HEALTH.gauge(
                    registry, () -> read(provider, is -> bit(is.health() == health)), door, provider, label(health));
        }
    }

    void circuit(String provider, String model) {
        for (ProviderStatus.CircuitState state : ProviderStatus.CircuitState.values()) {
            Meters.CIRCUIT_STATE.gauge(
                    registry,
                    () -> read(provider, is -> bit(state(is, model) == state)),
                    door,
                    provider,
                    model,
                    label(state));
        }
    }

    private Number retryTokens(String provider) {
        BoundUnderstudy now = watch.get();
        return now == null ? Double.NaN : now.retryTokens(provider);
    }

    private Number read(String provider, Function<ProviderStatus, Number> reading) {
        BoundUnderstudy now = watch.get();
        ProviderStatus providerStatus = now == null ? null : now.standing(provider);
        return providerStatus == null ? Double.NaN : reading.apply(providerStatus);
    }

    private static ProviderStatus.CircuitState state(ProviderStatus providerStatus, String model) {
        return providerStatus.circuits().getOrDefault(model, ProviderStatus.CircuitState.CLOSED);
    }

    private static Number active(ProviderStatus providerStatus) {
        return bit(providerStatus.active());
    }

    private static int bit(boolean set) {
        return set ? 1 : 0;
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

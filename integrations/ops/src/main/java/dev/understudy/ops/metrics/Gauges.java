package dev.understudy.ops.metrics;

import dev.understudy.event.ProviderStatus;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gauges of the providers of one understudy. They stay registered when the understudy is replaced by one of the same
 * name, and then read that one.
 */
record Gauges(MeterRegistry registry, Supplier<@Nullable BoundUnderstudy> bound, String understudy) {

    void provider(String provider) {
        Meters.RETRY_TOKENS.gauge(registry, () -> retryTokens(provider), understudy, provider);
        Meters.PROVIDER_ACTIVE.gauge(registry, () -> read(provider, Gauges::active), understudy, provider);
        Meters.IN_FLIGHT.gauge(registry, () -> read(provider, ProviderStatus::inFlight), understudy, provider);
        for (ProviderStatus.Health health : ProviderStatus.Health.values()) {
            Meters.PROVIDER_HEALTH.gauge(
                    registry,
                    () -> read(provider, is -> bit(is.health() == health)),
                    understudy,
                    provider,
                    label(health));
        }
    }

    void circuit(String provider, String model) {
        for (ProviderStatus.CircuitState state : ProviderStatus.CircuitState.values()) {
            Meters.CIRCUIT_STATE.gauge(
                    registry,
                    () -> read(provider, is -> bit(state(is, model) == state)),
                    understudy,
                    provider,
                    model,
                    label(state));
        }
    }

    /** The number of days is that of UTC. */
    void retirement(String provider, String model) {
        Meters.MODEL_RETIREMENT.gauge(
                registry,
                () -> read(provider, is -> daysUntil(is.retirements().get(model))),
                understudy,
                provider,
                model);
    }

    private Number daysUntil(@Nullable LocalDate day) {
        LocalDate today = LocalDate.ofInstant(
                Instant.ofEpochMilli(registry.config().clock().wallTime()), ZoneOffset.UTC);
        return day == null ? Double.NaN : ChronoUnit.DAYS.between(today, day);
    }

    private Number retryTokens(String provider) {
        BoundUnderstudy now = bound.get();
        return now == null ? Double.NaN : now.retryTokens(provider);
    }

    private Number read(String provider, Function<ProviderStatus, Number> reading) {
        BoundUnderstudy now = bound.get();
        ProviderStatus providerStatus = now == null ? null : now.status(provider);
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

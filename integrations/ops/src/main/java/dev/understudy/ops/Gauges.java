package dev.understudy.ops;

import dev.understudy.CircuitState;
import dev.understudy.Standing;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How the providers of one door stand. Gauges stay when the door is replaced by another one of its name, and read that one. */
record Gauges(MeterRegistry registry, Supplier<@Nullable Lookout> watch, String door) {

    void provider(String provider) {
        Instrument.RETRY_TOKENS.gauge(registry, () -> retryTokens(provider), door, provider);
        Instrument.PROVIDER_ACTIVE.gauge(registry, () -> read(provider, Gauges::active), door, provider);
        Instrument.IN_FLIGHT.gauge(registry, () -> read(provider, Standing::inFlight), door, provider);
        for (Standing.Status status : Standing.Status.values()) {
            Instrument.PROVIDER_HEALTH.gauge(
                    registry, () -> read(provider, is -> bit(is.status() == status)), door, provider, label(status));
        }
    }

    void circuit(String provider, String model) {
        for (CircuitState state : CircuitState.values()) {
            Instrument.CIRCUIT_STATE.gauge(
                    registry,
                    () -> read(provider, is -> bit(state(is, model) == state)),
                    door,
                    provider,
                    model,
                    label(state));
        }
    }

    private Number retryTokens(String provider) {
        Lookout now = watch.get();
        return now == null ? Double.NaN : now.retryTokens(provider);
    }

    private Number read(String provider, Function<Standing, Number> reading) {
        Lookout now = watch.get();
        Standing standing = now == null ? null : now.standing(provider);
        return standing == null ? Double.NaN : reading.apply(standing);
    }

    private static CircuitState state(Standing standing, String model) {
        return standing.circuits().getOrDefault(model, CircuitState.CLOSED);
    }

    private static Number active(Standing standing) {
        return bit(standing.active());
    }

    private static int bit(boolean set) {
        return set ? 1 : 0;
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

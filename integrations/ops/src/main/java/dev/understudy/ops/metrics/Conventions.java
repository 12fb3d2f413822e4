package dev.understudy.ops.metrics;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Creates observations with the conventions of an application, or else those of its registry, or else the default ones.
 *
 * @param call {@code null} for none of its own
 * @param attempt {@code null} for none of its own
 */
record Conventions(
        ObservationRegistry registry,
        @Nullable ObservationConvention<Observation.Context> call,
        @Nullable ObservationConvention<Observation.Context> attempt) {

    static Conventions of(ObservationRegistry registry) {
        return new Conventions(registry, null, null);
    }

    Observation call(Supplier<Observation.Context> context) {
        return Observation.createNotStarted(call, DefaultConvention.CALL, context, registry);
    }

    Observation attempt(Supplier<Observation.Context> context) {
        return Observation.createNotStarted(attempt, DefaultConvention.ATTEMPT, context, registry);
    }
}

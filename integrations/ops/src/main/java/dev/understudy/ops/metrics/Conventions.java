package dev.understudy.ops.metrics;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Starts observations with the conventions of an application, or else those of its registry, or else the default ones.
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

    /** Starts the observation of a call below a parent, if there is one. */
    Observation call(Observation.Context context, @Nullable Observation parent) {
        return start(call, DefaultConvention.CALL, context, parent);
    }

    /** Starts the observation of an attempt. */
    Observation attempt(Observation.Context context, Observation parent) {
        return start(attempt, DefaultConvention.ATTEMPT, context, parent);
    }

    private Observation start(
            @Nullable ObservationConvention<Observation.Context> own,
            DefaultConvention fallback,
            Observation.Context context,
            @Nullable Observation parent) {
        Observation observation = Observation.NOOP;
        try {
            observation = Observation.createNotStarted(
                    own == null ? null : new GuardedConvention(own, fallback), fallback, () -> context, registry);
            return observation.parentObservation(parent).start();
        } catch (Throwable e) {
            stop(observation); // by the handlers that saw its start
            return Observation.NOOP;
        }
    }

    /** Ends an observation. Exceptions of its handlers are dropped: an observation must not fail a call. */
    static void stop(Observation observation) {
        try {
            observation.stop();
        } catch (Throwable e) {
            // Dropped, see above.
        }
    }

    /** Marks an observation as failed; exceptions are dropped as by {@link #stop}. */
    static void error(Observation observation, Throwable error) {
        try {
            observation.error(error);
        } catch (Throwable e) {
            // Dropped, see above.
        }
    }
}

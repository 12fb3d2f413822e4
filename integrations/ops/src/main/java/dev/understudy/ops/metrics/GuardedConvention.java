package dev.understudy.ops.metrics;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A convention of the application. Where it throws, the default one counts: a convention must not fail a call. */
record GuardedConvention(ObservationConvention<Observation.Context> own, DefaultConvention fallback)
        implements ObservationConvention<Observation.Context> {

    private KeyValues ask(Function<ObservationConvention<Observation.Context>, KeyValues> question) {
        try {
            return question.apply(own);
        } catch (Throwable e) {
            return question.apply(fallback);
        }
    }

    @Override
    public String getName() {
        try {
            String name = own.getName();
            return name == null ? fallback.getName() : name;
        } catch (Throwable e) {
            return fallback.getName();
        }
    }

    @Override
    public @Nullable String getContextualName(Observation.Context context) {
        try {
            return own.getContextualName(context);
        } catch (Throwable e) {
            return fallback.getContextualName(context);
        }
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(Observation.Context context) {
        return ask(convention -> convention.getLowCardinalityKeyValues(context));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(Observation.Context context) {
        return ask(convention -> convention.getHighCardinalityKeyValues(context));
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return fallback.supportsContext(context);
    }
}

package dev.understudy.ops.metrics;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import org.jspecify.annotations.Nullable;

/**
 * Names and keys of docs/operate.md.
 *
 * @param name name of the observation
 */
record DefaultConvention(String name) implements ObservationConvention<Observation.Context> {

    static final DefaultConvention CALL = new DefaultConvention(CallObservation.NAME);
    static final DefaultConvention ATTEMPT = new DefaultConvention(AttemptObservation.NAME);

    @Override
    public String getName() {
        return name;
    }

    @Override
    public @Nullable String getContextualName(Observation.Context context) {
        ObservedKeys keys = context.get(ObservedKeys.class);
        return keys == null ? null : keys.spanName();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(Observation.Context context) {
        ObservedKeys keys = context.get(ObservedKeys.class);
        return keys == null ? KeyValues.empty() : keys.low();
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(Observation.Context context) {
        ObservedKeys keys = context.get(ObservedKeys.class);
        return keys == null ? KeyValues.empty() : keys.high();
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context.containsKey(ObservedKeys.class);
    }
}

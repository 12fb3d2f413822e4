package dev.understudy.ops.metrics;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.docs.ObservationDocumentation;

/** The observations with their keys. */
enum ObservationDocs implements ObservationDocumentation {
    CALL(CallObservation.NAME),
    ATTEMPT(AttemptObservation.NAME);

    private final String title;

    ObservationDocs(String title) {
        this.title = title;
    }

    @Override
    public String getName() {
        return title;
    }

    @Override
    public KeyName[] getLowCardinalityKeyNames() {
        return ObservationKeys.named(true);
    }

    @Override
    public KeyName[] getHighCardinalityKeyNames() {
        return ObservationKeys.named(false);
    }
}

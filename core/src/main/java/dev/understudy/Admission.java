package dev.understudy;

import org.jspecify.annotations.Nullable;

/** What a circuit says to somebody who wants to make a call. */
sealed interface Admission permits Permit, Admission.Denied {

    /**
     * @param remaining nanoseconds until it is worth asking again, {@link Long#MAX_VALUE} when nobody knows; a trial that is
     *     decided sooner ends it sooner
     * @param why what opened the circuit, if not an operator
     */
    record Denied(
            CircuitState state, long remaining, @Nullable String why) implements Admission {}
}

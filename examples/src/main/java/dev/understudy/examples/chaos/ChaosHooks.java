package dev.understudy.examples.chaos;

import dev.understudy.chat.ChatProvider;
import dev.understudy.event.Listener;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * Places where a test puts defects that a run must detect. They stand between the understudy and the parts that record
 * what it does.
 *
 * @param primary wraps the primary
 * @param backup wraps the backup
 * @param metrics wraps the metrics
 * @param listener wraps all receivers of events
 * @param fault replaces a fault that is injected
 * @param pace times of the run
 */
record ChaosHooks(
        UnaryOperator<ChatProvider> primary,
        UnaryOperator<ChatProvider> backup,
        UnaryOperator<Listener> metrics,
        UnaryOperator<Listener> listener,
        UnaryOperator<FaultScenario> fault,
        Pace pace) {

    /**
     * Times of a run.
     *
     * @param storm least time of a fault
     * @param calm least time between two faults
     * @param between time between two calls
     * @param limit longest time of a fault, and of the calm after it, on an idle machine
     */
    record Pace(Duration storm, Duration calm, Duration between, Duration limit) {}

    private static final Pace DAY =
            new Pace(Duration.ofMillis(500), Duration.ofMillis(400), Duration.ofMillis(40), Duration.ofSeconds(30));

    /** Changes nothing. */
    static ChaosHooks none() {
        return new ChaosHooks(
                provider -> provider, provider -> provider, metrics -> metrics, all -> all, fault -> fault, DAY);
    }

    ChaosHooks withPrimary(UnaryOperator<ChatProvider> primary) {
        return new ChaosHooks(primary, backup, metrics, listener, fault, pace);
    }

    ChaosHooks withBackup(UnaryOperator<ChatProvider> backup) {
        return new ChaosHooks(primary, backup, metrics, listener, fault, pace);
    }

    ChaosHooks withMetrics(UnaryOperator<Listener> metrics) {
        return new ChaosHooks(primary, backup, metrics, listener, fault, pace);
    }

    ChaosHooks withListener(UnaryOperator<Listener> listener) {
        return new ChaosHooks(primary, backup, metrics, listener, fault, pace);
    }

    ChaosHooks withFault(UnaryOperator<FaultScenario> fault) {
        return new ChaosHooks(primary, backup, metrics, listener, fault, pace);
    }

    ChaosHooks withPace(Pace pace) {
        return new ChaosHooks(primary, backup, metrics, listener, fault, pace);
    }
}

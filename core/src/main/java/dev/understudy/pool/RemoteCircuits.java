package dev.understudy.pool;

import dev.understudy.guard.CircuitBreaker;
import dev.understudy.shared.SharedState;

/** Applies what other instances report of their circuits to those of an understudy, by its rule of adoption. */
final class RemoteCircuits {

    private static final String OPEN = "open";

    private final SharedState.Adoption adoption;
    private final RemoteReports reports = new RemoteReports();

    RemoteCircuits(SharedState.Adoption adoption) {
        this.adoption = adoption;
    }

    void opened(PooledProvider pooledProvider, String source, SharedState.CircuitOpened opened, long until, long now) {
        CircuitBreaker circuit = pooledProvider.circuit(opened.model());
        int instances = reports.add(opened.key(), source, OPEN, until, now);
        if (adoption.adopts(instances, circuit.failedLast())) {
            circuit.remoteOpened(opened.cause(), until, now);
        } else if (instances > 0 && adoption.afterOwnFailure()) {
            circuit.remoteSuspected(opened.cause(), until);
        }
    }

    void closed(PooledProvider pooledProvider, String source, SharedState.CircuitClosed closed, long now) {
        CircuitBreaker circuit = pooledProvider.circuit(closed.model());
        if (reports.remove(closed.key(), source, now)) {
            circuit.remoteCleared();
        }
        circuit.remoteClosed(now);
    }
}

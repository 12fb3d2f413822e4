package dev.understudy.examples.chaos;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Turns the faults on and off, one after the other. A fault lasts until it was seen, and the calm after it until the
 * primary serves again, so that a slow machine sees every fault too.
 *
 * @param seen number of attempts so far that failed as a fault makes them fail
 */
record FaultSchedule(
        ChaosSetup chaosSetup, CallResults callResults, ToDoubleFunction<FaultScenario> seen, Duration most) {

    private static final Duration STORM = Duration.ofMillis(500);
    private static final Duration CALM = Duration.ofMillis(400);
    private static final Duration POLL = Duration.ofMillis(50);
    /** Failures that show a fault, and answers in a row that show the recovery. */
    private static final int ENOUGH = 3;

    /** Completes after the last calm. */
    Mono<Void> play(List<FaultScenario> faults, int rounds) {
        return Flux.range(0, rounds)
                .concatMapIterable(round -> faults)
                .concatMap(fault -> storm(fault).then(calm()))
                .then();
    }

    private Mono<Void> storm(FaultScenario fault) {
        return Mono.defer(() -> {
            double before = seen.applyAsDouble(fault);
            chaosSetup.turn(fault);
            return until(STORM, () -> seen.applyAsDouble(fault) >= before + ENOUGH);
        });
    }

    /** Also waits for the calls that began before it, whose failures would count for the next fault. */
    private Mono<Void> calm() {
        return Mono.defer(() -> {
            chaosSetup.turn(FaultScenario.CALM);
            long first = callResults.calls();
            return until(CALM, () -> callResults.oldestOpen() >= first && callResults.inARowBy("primary") >= ENOUGH);
        });
    }

    /** Completes when the condition holds, after {@code least}; or after {@code most}, for the report to say what is missing. */
    private Mono<Void> until(Duration least, BooleanSupplier condition) {
        return Flux.interval(least, POLL)
                .onBackpressureDrop()
                .filter(tick -> condition.getAsBoolean())
                .next()
                .timeout(most, Mono.empty())
                .then();
    }
}

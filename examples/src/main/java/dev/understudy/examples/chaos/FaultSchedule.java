package dev.understudy.examples.chaos;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Turns the faults on and off, one after the other. A fault lasts until it was seen and a call ended under it, and the calm
 * after it until the primary serves again, so that a slow machine sees every fault too.
 *
 * @param seen number of attempts so far that failed as a fault makes them fail
 * @param out receives a line for each fault
 */
record FaultSchedule(
        ChaosSetup chaosSetup,
        CallResults callResults,
        ToLongFunction<FaultScenario> seen,
        ChaosHooks.Pace pace,
        PrintStream out) {

    private static final Duration POLL = Duration.ofMillis(50);
    /** Failures that show a fault, and answers in a row that show the recovery. */
    private static final int ENOUGH = 3;

    /** Completes after the last calm. */
    Mono<Void> play(List<FaultScenario> faults, int rounds) {
        return Flux.range(0, rounds * faults.size())
                .concatMap(number -> played(number + 1, rounds * faults.size(), faults.get(number % faults.size())))
                .then();
    }

    private Mono<Void> played(int number, int of, FaultScenario fault) {
        return Mono.defer(() -> {
            long start = System.nanoTime();
            long calls = callResults.calls();
            out.printf("%d of %d: %s%n", number, of, fault);
            return storm(fault)
                    .then(calm())
                    .doOnSuccess(done -> out.printf(
                            "%d of %d: %s is over after %d ms and %d calls%n",
                            number,
                            of,
                            fault,
                            Duration.ofNanos(System.nanoTime() - start).toMillis(),
                            callResults.calls() - calls));
        });
    }

    private Mono<Void> storm(FaultScenario fault) {
        return Mono.defer(() -> {
            long before = seen.applyAsLong(fault);
            long ended = callResults.endedUnder(fault);
            chaosSetup.turn(fault);
            return until(
                    pace.storm(),
                    () -> seen.applyAsLong(fault) >= before + ENOUGH && callResults.endedUnder(fault) > ended);
        });
    }

    /** Also waits for the calls that began before it, whose failures would count for the next fault. */
    private Mono<Void> calm() {
        return Mono.defer(() -> {
            chaosSetup.turn(FaultScenario.CALM);
            long first = callResults.calls();
            return until(
                    pace.calm(), () -> callResults.oldestOpen() >= first && callResults.inARowBy("primary") >= ENOUGH);
        });
    }

    /** Completes when the condition holds, after {@code least}; or after its limit, for the report to say what is missing. */
    private Mono<Void> until(Duration least, BooleanSupplier condition) {
        long start = System.nanoTime();
        return Flux.interval(least, POLL)
                .onBackpressureDrop()
                .filter(tick -> condition.getAsBoolean() || isOver(start))
                .next()
                .then();
    }

    private boolean isOver(long start) {
        Duration most = Limits.ofFault(pace.limit(), callResults.healthy());
        return System.nanoTime() - start > most.toNanos();
    }
}

package dev.understudy.gateway.key;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Exchanges the spending of budgets with other instances, every few seconds and not for each call. Amounts that cannot be sent are
 * sent later; until then an instance counts its own spending and the last known one of the others. Sums that were forgotten are told
 * again by the instances that know them.
 */
public final class SharedBudgets implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final Duration LAST = Duration.ofSeconds(2);
    private static final int CONCURRENCY = 8;

    private final ClientKeys keys;
    private final SharedSums sums;
    private final InstantSource clock;
    private final Sinks.Empty<Void> end = Sinks.empty();
    private CompletableFuture<Void> running = CompletableFuture.completedFuture(null);

    /**
     * Creates the exchange.
     *
     * @param keys the keys of clients
     * @param sums sums of all instances
     * @param clock clock of budgets
     */
    public SharedBudgets(ClientKeys keys, SharedSums sums, InstantSource clock) {
        this.keys = keys;
        this.sums = sums;
        this.clock = clock;
    }

    /**
     * Exchanges from now on. To be called once.
     *
     * @param timer clock of the interval
     */
    public void start(Scheduler timer) {
        running = Flux.interval(Duration.ZERO, INTERVAL, timer)
                .onBackpressureDrop()
                .takeUntilOther(end.asMono())
                .concatMap(tick -> exchange(), 1)
                .then(Mono.defer(this::exchange))
                .toFuture();
    }

    /**
     * Ends the exchange: what was spent since the last one is sent, for a limited time. An exchange that runs is not cancelled,
     * because its amounts may have been added. Blocks.
     */
    @Override
    public void close() {
        end.tryEmitEmpty();
        try {
            running.get(LAST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException unsent) {
            // the amounts are lost, as with a process that was killed
        }
        running.cancel(false);
    }

    /** Sends what was spent since the last exchange, and takes over the sums of all instances. */
    Mono<Void> exchange() {
        return Flux.fromIterable(keys.all())
                .filter(key -> key.limits().budget() != null)
                .flatMap(key -> Mono.defer(() -> exchange(key)).onErrorComplete(), CONCURRENCY)
                .then();
    }

    private Mono<Void> exchange(ClientKey key) {
        Budget budget = key.limits().budget();
        if (budget == null) {
            return Mono.empty();
        }
        Instant now = clock.instant();
        KeyState state = key.state();
        Spending sent = state.unsent();
        String name = key.name() + ":" + sent.period().getEpochSecond();
        // a period that has ended keeps what is sent late apart
        Duration keep = budget.period().left(now).plus(Duration.ofHours(1));
        return sums.add(name, amounts(state.known()), amounts(sent), keep)
                .doOnNext(all -> key.exchanged(sent, new Spending(sent.period(), Math.round(all.get(0)), all.get(1))))
                .then();
    }

    private static List<Double> amounts(Spending spending) {
        return List.of((double) spending.tokens(), spending.cost());
    }
}

package dev.understudy.gateway.key;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Exchanges the spending of budgets with other instances, every few seconds and not for each call. Amounts that cannot be sent are
 * sent later; until then an instance counts its own spending and the last known one of the others.
 */
public final class SharedBudgets {

    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final int CONCURRENCY = 8;

    private final ClientKeys keys;
    private final SharedSums sums;
    private final InstantSource clock;

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
     * Exchanges from now on, until it is disposed of.
     *
     * @param timer clock of the interval
     */
    public Disposable start(Scheduler timer) {
        return Flux.interval(Duration.ZERO, INTERVAL, timer)
                .onBackpressureDrop()
                .concatMap(tick -> exchange(), 1)
                .subscribe();
    }

    /** Sends what was spent since the last exchange, and takes over the sums of all instances. */
    Mono<Void> exchange() {
        return Flux.fromIterable(keys.all())
                .filter(key -> key.limits().budget() != null)
                .flatMap(key -> exchange(key).onErrorComplete(), CONCURRENCY)
                .then();
    }

    private Mono<Void> exchange(ClientKey key) {
        Budget budget = key.limits().budget();
        if (budget == null) {
            return Mono.empty();
        }
        Instant now = clock.instant();
        Spending sent = key.unsent();
        String name = key.name() + ":" + sent.period().getEpochSecond();
        // a period that has ended keeps what is sent late apart
        Duration keep = budget.period().left(now).plus(Duration.ofHours(1));
        return sums.add(name, List.of((double) sent.tokens(), sent.cost()), keep)
                .doOnNext(all -> key.exchanged(sent, new Spending(sent.period(), Math.round(all.get(0)), all.get(1))))
                .then();
    }
}

package dev.understudy.ops.admin;

import dev.understudy.event.Event;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import reactor.core.publisher.BufferOverflowStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.scheduler.Scheduler;

/** Passes events on to those who watch. Whoever does not keep up loses the oldest, and is told how many. */
final class EventFeed {

    /**
     * An event on its way to somebody who watches.
     *
     * @param number counted from 1, over all agents
     * @param at when it happened
     * @param event what happened
     */
    record Item(long number, Instant at, Event event) {}

    /**
     * What somebody who watches gets next.
     *
     * @param lost so many items were lost just before
     * @param item what happened
     */
    record Seen(long lost, Item item) {}

    private final AtomicLong numbers = new AtomicLong();
    private final List<FluxSink<Item>> watchers = new CopyOnWriteArrayList<>();

    void on(Event event, Supplier<Instant> now) {
        if (watchers.isEmpty()) {
            return;
        }
        Item item = new Item(numbers.incrementAndGet(), now.get(), event);
        watchers.forEach(watcher -> watcher.next(item));
    }

    /**
     * What happens from subscription on. Never ends.
     *
     * @param wanted what of it
     * @param most so many wait at most
     * @param scheduler where it is passed on, for the threads of calls have better things to do
     */
    Flux<Seen> watch(Predicate<Event> wanted, int most, Scheduler scheduler) {
        return Flux.defer(() -> {
            AtomicLong lost = new AtomicLong();
            return Flux.<Item>create(this::join, FluxSink.OverflowStrategy.IGNORE)
                    .filter(item -> wanted.test(item.event()))
                    .onBackpressureBuffer(most, oldest -> lost.incrementAndGet(), BufferOverflowStrategy.DROP_OLDEST)
                    .publishOn(scheduler, 1)
                    .map(item -> new Seen(lost.getAndSet(0), item));
        });
    }

    private void join(FluxSink<Item> watcher) {
        watchers.add(watcher);
        watcher.onDispose(() -> watchers.remove(watcher));
    }

    int watchers() {
        return watchers.size();
    }
}

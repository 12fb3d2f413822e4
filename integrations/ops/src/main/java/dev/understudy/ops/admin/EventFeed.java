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

/** Publishes events to subscribers. A subscriber that is too slow loses the oldest events and receives their number. */
final class EventFeed {

    /**
     * A published event.
     *
     * @param number counted from 1, over all agents
     * @param at time of the event
     * @param event the event
     */
    record Item(long number, Instant at, Event event) {}

    /**
     * An item as one subscriber receives it.
     *
     * @param lost number of items that were dropped before this one
     * @param item the event
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
     * Emits events from subscription on. Never completes.
     *
     * @param wanted selects events
     * @param most bound of the queue of this subscriber
     * @param scheduler delivers items, so that the threads of calls do not
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

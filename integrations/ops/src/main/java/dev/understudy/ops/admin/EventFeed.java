package dev.understudy.ops.admin;

import dev.understudy.event.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.BufferOverflowStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.scheduler.Scheduler;

/**
 * Publishes events to subscribers. A subscriber that is too slow loses the oldest events and receives their number. The last
 * events are kept while somebody watches and for a short time afterwards, for subscribers that come back.
 */
final class EventFeed {

    /** Events that are kept for subscribers that come back. */
    static final int KEPT = 1_000;

    private static final Duration UNWATCHED = Duration.ofMinutes(2);

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

    /** A subscriber, to which all items after a number are published. */
    private record Watcher(FluxSink<Item> sink, long after) {}

    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    private final Deque<Item> kept = new ArrayDeque<>(); // guarded by itself, as are changes of the two below
    private long published;
    private volatile @Nullable Instant watched; // last event while somebody watched

    void on(Event event, Supplier<Instant> now) {
        if (watchers.isEmpty() && watched == null) {
            return;
        }
        Item item;
        synchronized (kept) {
            Instant at = now.get();
            Instant last = watchers.isEmpty() ? watched : at;
            watched = last;
            if (last == null || at.isAfter(last.plus(UNWATCHED))) {
                watched = null;
                published++; // a subscriber that comes back later has lost it
                kept.clear();
                return;
            }
            item = new Item(++published, at, event);
            kept.add(item);
            if (kept.size() > KEPT) {
                kept.remove();
            }
        }
        for (Watcher watcher : watchers) {
            if (item.number() > watcher.after) {
                watcher.sink.next(item);
            }
        }
    }

    /**
     * Emits events from subscription on, or after one that the subscriber received. Never completes.
     *
     * @param wanted selects events
     * @param after number of the last event that was received; {@code null} for none
     * @param most bound of the queue of this subscriber
     * @param scheduler delivers items, so that the threads of calls do not
     */
    Flux<Seen> watch(Predicate<Event> wanted, @Nullable Long after, int most, Scheduler scheduler) {
        return Flux.defer(() -> {
            AtomicLong lost = new AtomicLong();
            List<Item> missed = after == null ? List.of() : missed(after, lost);
            Long last = missed.isEmpty()
                    ? after
                    : Long.valueOf(missed.get(missed.size() - 1).number());
            Flux<Item> live = Flux.<Item>create(watcher -> join(watcher, last), FluxSink.OverflowStrategy.IGNORE)
                    .filter(item -> wanted.test(item.event()))
                    .onBackpressureBuffer(most, oldest -> lost.incrementAndGet(), BufferOverflowStrategy.DROP_OLDEST);
            return Flux.fromIterable(missed)
                    .filter(item -> wanted.test(item.event()))
                    .concatWith(live)
                    .publishOn(scheduler, 1)
                    .map(item -> new Seen(lost.getAndSet(0), item));
        });
    }

    /** Returns the kept items after a number, and counts those that are not kept any more. */
    private List<Item> missed(long after, AtomicLong lost) {
        synchronized (kept) {
            Item first = kept.peek();
            long next = first == null ? published + 1 : first.number();
            lost.addAndGet(Math.max(0, next - after - 1));
            return kept.stream().filter(item -> item.number() > after).toList();
        }
    }

    /** @param after last item that was received; {@code null} for none */
    private void join(FluxSink<Item> sink, @Nullable Long after) {
        synchronized (kept) {
            kept.stream().filter(item -> after != null && item.number() > after).forEach(sink::next);
            Watcher watcher = new Watcher(sink, published);
            watchers.add(watcher);
            sink.onDispose(() -> watchers.remove(watcher));
        }
    }

    int watchers() {
        return watchers.size();
    }
}

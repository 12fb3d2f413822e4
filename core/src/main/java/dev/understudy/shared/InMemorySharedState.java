package dev.understudy.shared;

import dev.understudy.shared.SharedState.CircuitClosed;
import dev.understudy.shared.SharedState.CircuitOpened;
import dev.understudy.shared.SharedState.CooldownEnded;
import dev.understudy.shared.SharedState.CooldownStarted;
import dev.understudy.shared.SharedState.HoldEnded;
import dev.understudy.shared.SharedState.Message;
import dev.understudy.shared.SharedState.Update;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/** Connects the understudies of one process. Messages are delivered on the thread of the publisher. */
final class InMemorySharedState implements SharedState {

    /** Drops every message, and never emits one. */
    static final SharedState NONE = new SharedState() {
        @Override
        public void publish(Message message) {}

        @Override
        public Flux<Message> updates() {
            return Flux.never();
        }
    };

    /** Number of stored updates above which cooldowns and circuits are evicted. Updates of operators are never evicted. */
    static final int CAPACITY = 10_000;

    private final Map<String, Message> current = new ConcurrentHashMap<>();
    private final List<FluxSink<Message>> subscribers = new CopyOnWriteArrayList<>();

    @Override
    public void publish(Message message) {
        store(message);
        subscribers.forEach(subscriber -> subscriber.next(message));
    }

    private void store(Message message) {
        Update update = message.update();
        String key = update.key();
        if (key == null) {
            return;
        }
        if (update instanceof CooldownEnded || update instanceof CircuitClosed || update instanceof HoldEnded) {
            current.remove(key);
        } else {
            if (isEvictable(update) && current.size() >= CAPACITY && !current.containsKey(key)) {
                evictOne();
            }
            current.put(key, message);
        }
    }

    /** Returns true for updates about a model whose name a caller may have invented: their number has no limit. */
    private static boolean isEvictable(Update update) {
        return update instanceof CooldownStarted || update instanceof CircuitOpened;
    }

    /** Evicts an arbitrary entry: newer ones are more useful, and the evicted one is learned again from the vendor. */
    private void evictOne() {
        current.entrySet().stream()
                .filter(entry -> isEvictable(entry.getValue().update()))
                .findFirst()
                .ifPresent(entry -> current.remove(entry.getKey(), entry.getValue()));
    }

    /** Drops messages for a subscriber without demand, as a broker would; nothing is queued without a limit. */
    @Override
    public Flux<Message> updates() {
        return Flux.create(
                subscriber -> {
                    subscribers.add(
                            subscriber); // before the replay, so that no message is missed; a duplicate is harmless
                    subscriber.onDispose(
                            () -> subscribers.remove(subscriber)); // runs at once if it is cancelled already
                    current.values().forEach(subscriber::next);
                },
                FluxSink.OverflowStrategy.DROP);
    }

    int size() {
        return current.size();
    }

    int subscribers() {
        return subscribers.size();
    }
}

package dev.understudy.redis;

import dev.understudy.redis.Entry.Slot;
import dev.understudy.shared.SharedState.LimitSpent;
import dev.understudy.shared.SharedState.Message;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.FluxSink;

/**
 * Emits messages to one subscriber, in the order in which they came into force and without a lock. Of messages that wait for
 * the same slot the last one is kept, so that their number is bounded.
 */
final class Mailbox {

    private final FluxSink<Message> sink;
    private final Map<Slot, Message> waiting = new LinkedHashMap<>();
    private final AtomicInteger emitting = new AtomicInteger();

    Mailbox(FluxSink<Message> sink) {
        this.sink = sink;
    }

    /** Adds a message without emitting it. */
    synchronized void put(Slot slot, Message message) {
        Message before = waiting.remove(slot);
        waiting.put(slot, before == null ? message : both(before, message));
    }

    private static Message both(Message before, Message last) {
        return before.update() instanceof LimitSpent first && last.update() instanceof LimitSpent second
                ? new Message(
                        last.source(),
                        new LimitSpent(
                                second.provider(),
                                first.requests() + second.requests(),
                                first.tokens() + second.tokens()))
                : last;
    }

    /** Emits what waits, unless another thread is doing so. */
    void emit() {
        if (emitting.getAndIncrement() != 0) {
            return;
        }
        int missed = 1;
        while (missed != 0) {
            for (Message next = poll(); next != null; next = poll()) {
                sink.next(next);
            }
            missed = emitting.addAndGet(-missed);
        }
    }

    private synchronized @Nullable Message poll() {
        Iterator<Message> first = waiting.values().iterator();
        if (!first.hasNext()) {
            return null;
        }
        Message message = first.next();
        first.remove();
        return message;
    }
}

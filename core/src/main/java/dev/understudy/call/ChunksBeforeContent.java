package dev.understudy.call;

import dev.understudy.chat.StreamChunk;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;

/**
 * Chunks that came before the first content, shown in front of it within the demand of the subscriber. Exists only for
 * streams that have such chunks, and holds no more than these were.
 */
final class ChunksBeforeContent {

    private final CoreSubscriber<? super StreamChunk> actual;
    private final LongSupplier asked;
    private final Queue<StreamChunk> queue;
    private final AtomicInteger turns = new AtomicInteger();
    private long shown;
    private volatile boolean cancelled;
    private volatile boolean done;
    private @Nullable Throwable error;

    /** @param asked the demand of the subscriber since the beginning */
    ChunksBeforeContent(
            CoreSubscriber<? super StreamChunk> actual, ArrayDeque<StreamChunk> chunks, LongSupplier asked) {
        this.actual = actual;
        this.asked = asked;
        this.queue = new ConcurrentLinkedQueue<>(chunks);
    }

    void show(StreamChunk chunk) {
        queue.add(chunk);
        drain();
    }

    void end(@Nullable Throwable error) {
        this.error = error;
        done = true;
        drain();
    }

    void cancel() {
        cancelled = true;
        drain();
    }

    /** Shows as many as are asked for; one thread at a time, and the others leave their turn to it. */
    void drain() {
        if (turns.getAndIncrement() != 0) {
            return;
        }
        int missed = 1;
        while (missed != 0) {
            StreamChunk next;
            while (!cancelled && shown < asked.getAsLong() && (next = queue.poll()) != null) {
                shown++;
                actual.onNext(next);
            }
            if (cancelled) {
                queue.clear();
            } else if (done && queue.isEmpty()) {
                cancelled = true;
                if (error != null) {
                    actual.onError(error);
                } else {
                    actual.onComplete();
                }
            }
            missed = turns.addAndGet(-missed);
        }
    }
}

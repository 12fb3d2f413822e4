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
 * Emits the chunks that arrived before the first content, within the demand of the subscriber. Used only for streams that
 * have such chunks. Later chunks wait in its queue, at most as many as there were chunks before the content.
 */
final class ChunksBeforeContent {

    private final CoreSubscriber<? super StreamChunk> actual;
    private final LongSupplier requested;
    private final Queue<StreamChunk> queue;
    private final AtomicInteger wip = new AtomicInteger();
    private long emitted;
    private volatile boolean cancelled;
    private volatile boolean done;
    private @Nullable Throwable error;

    /** @param requested total demand of the subscriber so far */
    ChunksBeforeContent(
            CoreSubscriber<? super StreamChunk> actual, ArrayDeque<StreamChunk> chunks, LongSupplier requested) {
        this.actual = actual;
        this.requested = requested;
        this.queue = new ConcurrentLinkedQueue<>(chunks);
    }

    void emit(StreamChunk chunk) {
        queue.add(chunk);
        drain();
    }

    void terminate(@Nullable Throwable error) {
        this.error = error;
        done = true;
        drain();
    }

    void cancel() {
        cancelled = true;
    }

    /** Emits as many chunks as were requested. One thread at a time drains; concurrent calls leave their work to it. */
    void drain() {
        if (wip.getAndIncrement() != 0) {
            return;
        }
        int missed = 1;
        while (missed != 0) {
            StreamChunk next;
            while (!cancelled && emitted < requested.getAsLong() && (next = queue.poll()) != null) {
                emitted++;
                actual.onNext(next);
            }
            if (!cancelled && done && queue.isEmpty()) {
                cancelled = true;
                if (error != null) {
                    actual.onError(error);
                } else {
                    actual.onComplete();
                }
            }
            missed = wip.addAndGet(-missed);
        }
    }
}

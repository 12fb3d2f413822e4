package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.TokenCounter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import reactor.core.scheduler.Schedulers;

/** Measurement of one stream. */
final class StreamTimer {

    private final long gap;
    private final Consumer<StreamTiming> listener;
    private final long began = now();
    private final AtomicBoolean over = new AtomicBoolean();
    private long last;
    private long first;
    private long longest;
    private int offset;
    private int tokens;
    private boolean begunContent;

    StreamTimer(long gap, Consumer<StreamTiming> listener) {
        this.gap = gap;
        this.listener = listener;
    }

    void received(StreamChunk chunk) {
        if (chunk instanceof StreamChunk.Finish finish && finish.usage().output() > 0) {
            tokens = finish.usage().output();
        }
        if (!chunk.isContent()) {
            return;
        }
        long now = now();
        if (!begunContent) {
            begunContent = true;
            first = now - began;
            report(new StreamTiming.FirstContent(Duration.ofNanos(first)));
        } else {
            long silence = now - last;
            longest = Math.max(longest, silence);
            if (silence >= gap) {
                report(new StreamTiming.Gap(Duration.ofNanos(silence), offset));
            }
        }
        last = now;
        offset += chunk.text().length();
        tokens += TokenCounter.estimate(chunk.text());
    }

    void over(StreamTiming.End end) {
        if (over.compareAndSet(false, true)) {
            report(new StreamTiming.Total(
                    end,
                    Duration.ofNanos(now() - began),
                    begunContent ? Duration.ofNanos(first) : null,
                    Duration.ofNanos(longest),
                    tokens));
        }
    }

    private void report(StreamTiming streamTiming) {
        try {
            listener.accept(streamTiming);
        } catch (RuntimeException e) {
            // Thrown away, as promised: measuring must not harm what is measured.
        }
    }

    private static long now() {
        return Schedulers.parallel().now(TimeUnit.NANOSECONDS);
    }
}

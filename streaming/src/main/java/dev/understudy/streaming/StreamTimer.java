package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.TokenCounter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import reactor.core.scheduler.Schedulers;

/** The measuring of one stream. */
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
    private boolean told;

    StreamTimer(long gap, Consumer<StreamTiming> listener) {
        this.gap = gap;
        this.listener = listener;
    }

    void heard(StreamChunk chunk) {
        if (chunk instanceof StreamChunk.Finish finish && finish.usage().output() > 0) {
            tokens = finish.usage().output();
        }
        if (!chunk.isContent()) {
            return;
        }
        long now = now();
        if (!told) {
            told = true;
            first = now - began;
            tell(new StreamTiming.FirstContent(Duration.ofNanos(first)));
        } else {
            long silence = now - last;
            longest = Math.max(longest, silence);
            if (silence >= gap) {
                tell(new StreamTiming.Gap(Duration.ofNanos(silence), offset));
            }
        }
        last = now;
        offset += chunk.text().length();
        tokens += TokenCounter.estimate(chunk.text());
    }

    void over(StreamTiming.End end) {
        if (over.compareAndSet(false, true)) {
            tell(new StreamTiming.Total(
                    end,
                    Duration.ofNanos(now() - began),
                    told ? Duration.ofNanos(first) : null,
                    Duration.ofNanos(longest),
                    tokens));
        }
    }

    private void tell(StreamTiming streamTiming) {
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

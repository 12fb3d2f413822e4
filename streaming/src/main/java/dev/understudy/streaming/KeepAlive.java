package dev.understudy.streaming;

import dev.understudy.streaming.operator.StatefulOperator;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

/** Emits a keep-alive item whenever the stream is silent for too long and there is demand. */
final class KeepAlive<T> implements StatefulOperator.Handler<T, T> {

    private final Duration every;
    private final T sign;
    private long last;

    KeepAlive(Duration every, T sign) {
        this.every = every;
        this.sign = sign;
    }

    @Override
    public void begin(StatefulOperator.Sink<T> sink) {
        last = now();
        sink.wake(every);
    }

    @Override
    public void next(T item, StatefulOperator.Sink<T> sink) {
        last = now();
        sink.emit(item);
    }

    @Override
    public void onTimer(StatefulOperator.Sink<T> sink) {
        long left = last + every.toNanos() - now();
        if (left <= 0 && sink.isWanted()) {
            last = now();
            sink.emit(sign);
            left = every.toNanos();
        }
        sink.wake(Duration.ofNanos(left > 0 ? left : every.toNanos()));
    }

    @Override
    public boolean isTimed() {
        return true;
    }

    @Override
    public void terminate(@Nullable Throwable error, StatefulOperator.Sink<T> sink) {
        sink.end(error);
    }

    private static long now() {
        return Schedulers.parallel().now(TimeUnit.NANOSECONDS);
    }
}

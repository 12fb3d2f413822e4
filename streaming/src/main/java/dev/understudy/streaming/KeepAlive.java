package dev.understudy.streaming;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

/** Puts a sign of life into a stream whenever it is silent for too long while somebody waits. */
final class KeepAlive<T> implements Relay.Role<T, T> {

    private final Duration every;
    private final T sign;
    private long last;

    KeepAlive(Duration every, T sign) {
        this.every = every;
        this.sign = sign;
    }

    @Override
    public void begin(Relay.Out<T> out) {
        last = now();
        out.wake(every);
    }

    @Override
    public void next(T item, Relay.Out<T> out) {
        last = now();
        out.emit(item);
    }

    @Override
    public void woken(Relay.Out<T> out) {
        long left = last + every.toNanos() - now();
        if (left <= 0 && out.isWanted()) {
            last = now();
            out.emit(sign);
            left = every.toNanos();
        }
        out.wake(Duration.ofNanos(left > 0 ? left : every.toNanos()));
    }

    @Override
    public boolean isTimed() {
        return true;
    }

    @Override
    public void over(@Nullable Throwable error, Relay.Out<T> out) {
        out.end(error);
    }

    private static long now() {
        return Schedulers.parallel().now(TimeUnit.NANOSECONDS);
    }
}

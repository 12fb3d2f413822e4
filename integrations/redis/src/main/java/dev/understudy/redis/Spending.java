package dev.understudy.redis;

import dev.understudy.shared.SharedState.LimitSpent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** Adds up what is taken from rate limits, and sends the sums: one message for each provider and interval, not for each call. */
final class Spending implements Disposable {

    /** Receives a sum. */
    @FunctionalInterface
    interface Sender {
        void send(String source, LimitSpent spent);
    }

    private record Key(String source, String provider) {}

    private final Duration interval;
    private final Scheduler scheduler;
    private final Sender sender;
    private final Map<Key, LimitSpent> sums = new ConcurrentHashMap<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile boolean disposed;

    Spending(Duration interval, Scheduler scheduler, Sender sender) {
        this.interval = interval;
        this.scheduler = scheduler;
        this.sender = sender;
    }

    void add(String source, LimitSpent spent) {
        sums.merge(new Key(source, spent.provider()), spent, Spending::both);
        if (interval.isZero()) {
            send();
        } else if (scheduled.compareAndSet(false, true)) {
            scheduler.schedule(this::send, interval.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private static LimitSpent both(LimitSpent first, LimitSpent second) {
        return new LimitSpent(first.provider(), first.requests() + second.requests(), first.tokens() + second.tokens());
    }

    private void send() {
        scheduled.set(false);
        if (disposed) {
            return;
        }
        for (Key key : List.copyOf(sums.keySet())) {
            LimitSpent sum = sums.remove(key);
            if (sum != null && (sum.requests() != 0 || sum.tokens() != 0)) {
                sender.send(key.source, sum);
            }
        }
    }

    @Override
    public void dispose() {
        disposed = true;
        sums.clear();
    }
}

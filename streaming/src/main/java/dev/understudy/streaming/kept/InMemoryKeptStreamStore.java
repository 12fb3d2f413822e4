package dev.understudy.streaming.kept;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/** Store of kept streams in the memory of one process. Thread-safe; nothing blocks. */
final class InMemoryKeptStreamStore implements KeptStreamStore {

    /** A reader that waits for entries. */
    private record Waiter(MonoSink<Page> sink, long after, int most) {}

    private record Kept(StreamLog log, List<Waiter> waiters) {}

    private final Limits limits;
    private final Scheduler scheduler;
    private final Map<String, Kept> streams = new ConcurrentHashMap<>();

    InMemoryKeptStreamStore(Limits limits, Scheduler scheduler) {
        this.limits = limits;
        this.scheduler = scheduler;
    }

    /** Number of streams in memory. */
    int size() {
        return streams.size();
    }

    private long now() {
        return scheduler.now(TimeUnit.MILLISECONDS);
    }

    @Override
    public Mono<Lease> create(String id, String request, Duration lease, Duration grace) {
        return Mono.fromSupplier(() -> {
            boolean large = request.length() >= limits.characters();
            if (large || (streams.size() >= limits.streams() && !removeEnded())) {
                throw new KeptStreamException(KeptStreamException.Reason.FULL);
            }
            long now = now();
            StreamLog log = new StreamLog(limits, request, now, now + lease.toMillis(), now + grace.toMillis());
            if (streams.putIfAbsent(id, new Kept(log, new ArrayList<>())) != null) {
                throw new IllegalStateException("Another stream has this id");
            }
            removeLater(id, limits.retention().toMillis());
            return new Lease(1, 0, request);
        });
    }

    /** Removes the stream that ended and expires first. */
    private boolean removeEnded() {
        String oldest = null;
        long expires = Long.MAX_VALUE;
        for (Map.Entry<String, Kept> entry : streams.entrySet()) {
            StreamLog log = entry.getValue().log;
            synchronized (log) {
                if (log.isEnded() && log.expires() < expires) {
                    oldest = entry.getKey();
                    expires = log.expires();
                }
            }
        }
        return oldest != null && streams.remove(oldest) != null;
    }

    private void removeLater(String id, long millis) {
        scheduler.schedule(() -> removeExpired(id), millis, TimeUnit.MILLISECONDS);
    }

    private void removeExpired(String id) {
        Kept kept = streams.get(id);
        if (kept == null) {
            return;
        }
        long left;
        synchronized (kept.log) {
            left = kept.log.expires() - now();
        }
        if (left > 0) {
            removeLater(id, left);
        } else {
            streams.remove(id);
        }
    }

    private <T> Mono<T> with(
            String id, Supplier<? extends @Nullable T> unknown, Function<StreamLog, @Nullable T> known) {
        return Mono.fromSupplier(() -> {
            Kept kept = streams.get(id);
            if (kept == null) {
                return unknown.get();
            }
            synchronized (kept.log) { // for a few steps, never while a subscriber is called
                return known.apply(kept.log);
            }
        });
    }

    @Override
    public Mono<Boolean> append(String id, Append append) {
        return Mono.fromSupplier(() -> {
            Kept kept = streams.get(id);
            if (kept == null) {
                return false;
            }
            List<Runnable> woken = new ArrayList<>(1);
            boolean appended;
            synchronized (kept.log) {
                appended = kept.log.append(append, now());
                wake(kept, woken);
            }
            woken.forEach(Runnable::run);
            return appended;
        });
    }

    private void wake(Kept kept, List<Runnable> woken) {
        Iterator<Waiter> waiters = kept.waiters.iterator();
        while (waiters.hasNext()) {
            Waiter waiter = waiters.next();
            if (kept.log.isReadable(waiter.after)) {
                waiters.remove();
                Page page = kept.log.page(waiter.after, waiter.most, now());
                woken.add(() -> waiter.sink.success(page));
            }
        }
    }

    @Override
    public Mono<Renewal> renew(String id, long fence, Duration lease) {
        return with(id, () -> Renewal.LOST, log -> log.renew(fence, now(), now() + lease.toMillis()));
    }

    @Override
    public Mono<Lease> acquire(String id, Duration lease, boolean force) {
        return with(id, () -> null, log -> log.acquire(now(), now() + lease.toMillis(), force));
    }

    @Override
    public Mono<State> attend(String id, Duration grace) {
        return with(id, () -> State.UNKNOWN, log -> log.attend(now(), now() + grace.toMillis()));
    }

    @Override
    public Mono<Page> read(String id, long after, int most, Duration wait) {
        return Mono.create(sink -> {
            Kept kept = streams.get(id);
            if (kept == null) {
                sink.success(new Page(0, List.of(), State.UNKNOWN));
                return;
            }
            Page page = null;
            Waiter waiter = new Waiter(sink, after, most);
            synchronized (kept.log) {
                if (wait.isZero() || kept.log.isReadable(after)) {
                    page = kept.log.page(after, most, now());
                } else {
                    kept.waiters.add(waiter);
                }
            }
            if (page != null) {
                sink.success(page);
                return;
            }
            Disposable timer = scheduler.schedule(() -> waited(kept, waiter), wait.toMillis(), TimeUnit.MILLISECONDS);
            sink.onDispose(() -> {
                timer.dispose();
                remove(kept, waiter);
            });
        });
    }

    private static boolean remove(Kept kept, Waiter waiter) {
        synchronized (kept.log) {
            return kept.waiters.remove(waiter);
        }
    }

    private void waited(Kept kept, Waiter waiter) {
        if (remove(kept, waiter)) {
            Page page;
            synchronized (kept.log) {
                page = kept.log.page(waiter.after, waiter.most, now());
            }
            waiter.sink.success(page);
        }
    }
}

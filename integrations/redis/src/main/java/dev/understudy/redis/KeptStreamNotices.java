package dev.understudy.redis;

import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * Notices of new entries, by channel, over one connection. They save time and nothing else: without a connection, or when one
 * is lost, readers look again after a while. A channel stays subscribed for some seconds after its last reader.
 */
final class KeptStreamNotices implements AutoCloseable {

    private static final Duration LINGER = Duration.ofSeconds(5);
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(500);

    /** A channel, the number of its notices, and the readers that wait for the next one. */
    static final class Topic {

        private final AtomicLong notices = new AtomicLong();
        private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
        private volatile @Nullable StatefulRedisPubSubConnection<String, String> subscribedOn;
        private int readers; // this and what follows under the lock of the map
        private long left; // when the last reader left
        private boolean watched; // a timer looks for the end of interest

        /** A waiting reader; compared by identity. */
        private static final class Waiter {
            private final MonoSink<Void> sink;

            Waiter(MonoSink<Void> sink) {
                this.sink = sink;
            }
        }

        long count() {
            return notices.get();
        }

        /** Completes when there are more notices than this number. */
        Mono<Void> after(long count) {
            return Mono.create(sink -> {
                Waiter waiter = new Waiter(sink);
                waiters.add(waiter);
                sink.onDispose(() -> waiters.remove(waiter));
                if (notices.get() > count) {
                    sink.success();
                }
            });
        }

        private void notice() {
            notices.incrementAndGet();
            waiters.forEach(waiter -> waiter.sink.success());
        }
    }

    /** An attempt to connect. */
    private record Link(Mono<StatefulRedisPubSubConnection<String, String>> connection, long retryAt) {}

    private final RedisConnections connections;
    private final Scheduler scheduler;
    private final Map<String, Topic> topics = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Link> link = new AtomicReference<>();
    private volatile boolean closed;

    KeptStreamNotices(RedisConnections connections, Scheduler scheduler) {
        this.connections = connections;
        this.scheduler = scheduler;
    }

    /** True if the channel is subscribed, or about to be. */
    boolean has(String channel) {
        return topics.containsKey(channel);
    }

    /** Subscribes to a channel. Emits the topic in any case; without a connection it gets no notices. */
    Mono<Topic> subscribe(String channel) {
        return Mono.defer(() -> {
            Topic topic = topics.compute(channel, (name, known) -> {
                Topic one = known == null ? new Topic() : known;
                one.readers++;
                return one;
            });
            return connection()
                    .flatMap(on -> topic.subscribedOn == on
                            ? Mono.empty()
                            : on.reactive()
                                    .subscribe(channel)
                                    .doOnSuccess(done -> topic.subscribedOn = on)
                                    .onErrorResume(
                                            RedisCommandTimeoutException.class, silent -> connections.release(on)))
                    .onErrorComplete()
                    .thenReturn(topic)
                    .doOnCancel(() -> leave(channel));
        });
    }

    /** Ends the interest of one reader. */
    Mono<Void> unsubscribe(String channel) {
        return Mono.fromRunnable(() -> leave(channel));
    }

    private void leave(String channel) {
        AtomicBoolean watch = new AtomicBoolean();
        topics.computeIfPresent(channel, (name, topic) -> {
            topic.readers--;
            topic.left = now();
            watch.set(!topic.watched);
            topic.watched = true;
            return topic;
        });
        if (watch.get()) {
            removeLater(channel, LINGER.toMillis());
        }
    }

    private long now() {
        return scheduler.now(TimeUnit.MILLISECONDS);
    }

    private void removeLater(String channel, long millis) {
        if (!closed) {
            scheduler.schedule(() -> remove(channel), millis, TimeUnit.MILLISECONDS);
        }
    }

    /** Removes a channel whose last reader left a while ago. */
    private void remove(String channel) {
        AtomicLong rest = new AtomicLong();
        topics.computeIfPresent(channel, (name, topic) -> {
            long until = topic.readers > 0 ? LINGER.toMillis() : topic.left + LINGER.toMillis() - now();
            rest.set(until);
            return until > 0 ? topic : null;
        });
        if (rest.get() > 0) {
            removeLater(channel, rest.get());
            return;
        }
        Link last = link.get();
        if (last != null && !closed) {
            last.connection
                    .filter(StatefulRedisPubSubConnection::isOpen)
                    .flatMap(on -> on.reactive()
                            .unsubscribe(channel)
                            .onErrorResume(RedisCommandTimeoutException.class, silent -> connections.release(on)))
                    .onErrorComplete()
                    .doFinally(end -> forget(channel))
                    .subscribe();
        }
    }

    /** Lets a reader that came meanwhile subscribe again. */
    private void forget(String channel) {
        Topic other = topics.get(channel);
        if (other != null) {
            other.subscribedOn = null;
        }
    }

    private Mono<StatefulRedisPubSubConnection<String, String>> connection() {
        Link now = link.get();
        if (now != null) {
            return now.connection
                    .flatMap(open -> open.isOpen() ? Mono.just(open) : reconnect(now))
                    .onErrorResume(failed -> reconnect(now));
        }
        return reconnect(null);
    }

    private Mono<StatefulRedisPubSubConnection<String, String>> reconnect(@Nullable Link lost) {
        long now = now();
        if (closed || (lost != null && lost.retryAt > now)) {
            return Mono.empty();
        }
        Link next = new Link(opened().cache(), now + BETWEEN_ATTEMPTS.toMillis());
        if (link.compareAndSet(lost, next)) {
            return lost == null ? next.connection : released(lost).then(next.connection);
        }
        Link current = link.get();
        return current == null ? Mono.empty() : current.connection;
    }

    /** Opens a connection; one that comes after the end is closed again. */
    private Mono<StatefulRedisPubSubConnection<String, String>> opened() {
        return connections
                .subscriber()
                .doOnNext(this::listen)
                .flatMap(open -> closed ? connections.release(open).then(Mono.empty()) : Mono.just(open));
    }

    private Mono<Void> released(Link link) {
        return link.connection.flatMap(connections::release).onErrorComplete();
    }

    private void listen(StatefulRedisPubSubConnection<String, String> connection) {
        connection.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                Topic topic = topics.get(channel);
                if (topic != null) {
                    topic.notice();
                }
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        Link last = link.getAndSet(null);
        if (last != null) {
            released(last).subscribe();
        }
    }
}

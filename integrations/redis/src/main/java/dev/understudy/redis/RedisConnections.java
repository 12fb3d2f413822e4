package dev.understudy.redis;

import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.reactive.RedisClusterReactiveCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Connections to one Redis or Valkey: a single server, the primary that Sentinel names, or a cluster. Opened on first use
 * and replaced when they are lost; nothing blocks, and no command waits for a server that is gone: after a failed attempt to
 * connect, commands fail at once until a later attempt, which the first command behind a delay starts, has succeeded.
 * Thread-safe.
 */
public final class RedisConnections implements AutoCloseable {

    /**
     * An attempt to open the connection for commands.
     *
     * @param connection the connection, or why there is none
     * @param failures number of attempts that failed in a row, this one included if it has failed
     * @param retryAt reading of the clock from which a failed attempt is repeated
     * @param before failure of the attempt before, {@code null} if there is none
     */
    private record Link(
            CompletableFuture<StatefulConnection<String, String>> connection,
            int failures,
            long retryAt,
            @Nullable CompletableFuture<StatefulConnection<String, String>> before) {

        /** Returns the next attempt. Commands do not wait for it if this one failed. */
        Link next() {
            return connection.isCompletedExceptionally()
                    ? new Link(new CompletableFuture<>(), failures, 0, connection)
                    : new Link(new CompletableFuture<>(), 0, 0, null);
        }

        /** Returns what commands get now: the connection, or why there is none. */
        CompletableFuture<StatefulConnection<String, String>> answer() {
            return before != null && !connection.isDone() ? before : connection;
        }

        boolean isUsable(long now) {
            if (connection.isCompletedExceptionally()) {
                return retryAt - now > 0;
            }
            return !connection.isDone() || connection.join().isOpen();
        }
    }

    /** Limit of the wait for connections to close before the threads of the client end. */
    private static final Duration CLOSE = Duration.ofSeconds(1);

    /**
     * Result of an attempt, as a value: a failure would be logged where the caller has cancelled meanwhile.
     *
     * @param connection {@code null} if the attempt failed
     * @param error {@code null} if it did not
     */
    private record Opened(
            @Nullable StatefulConnection<String, String> connection,
            @Nullable Throwable error) {

        Mono<StatefulConnection<String, String>> connected() {
            return connection == null ? Mono.error(cause()) : Mono.just(connection);
        }

        private Throwable cause() {
            Throwable cause = error instanceof CompletionException ? error.getCause() : error;
            return cause == null ? new IllegalStateException("no connection") : cause;
        }
    }

    private final Server server;
    private final Backoff backoff;
    private final String address;
    private final Duration openLimit;
    private final AtomicReference<@Nullable Link> current = new AtomicReference<>();
    private final Set<StatefulConnection<String, String>> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger closing = new AtomicInteger();
    private volatile boolean closed;

    private RedisConnections(RedisOptions options, Server server) {
        this.server = server;
        this.backoff = new Backoff(options.minBackoff(), options.maxBackoff());
        this.address = options.address();
        this.openLimit = options.connectTimeout().plus(options.commandTimeout());
    }

    /**
     * Returns connections with default options. Connects to nothing yet.
     *
     * @param uri address of the server, of Sentinel, or of a cluster, as in {@link RedisOptions#uri}
     * @return the connections, to be closed by the caller
     * @throws IllegalArgumentException if the address is not valid
     */
    public static RedisConnections of(String uri) {
        return of(RedisOptions.of(uri));
    }

    /**
     * Returns connections. Connects to nothing yet.
     *
     * @param options address, timeouts and delays
     * @return the connections, to be closed by the caller
     * @throws IllegalArgumentException if the address is not valid
     */
    public static RedisConnections of(RedisOptions options) {
        return new RedisConnections(options, Server.of(options));
    }

    /**
     * Runs a command on the connection that all callers share, which is opened if there is none. Fails with
     * {@link RedisException} without a server. Commands that block the connection do not belong here.
     */
    <T> Mono<T> call(Function<RedisClusterReactiveCommands<String, String>, Mono<T>> command) {
        return Mono.defer(() -> Mono.fromFuture(link().answer().handle(Opened::new), true))
                .flatMap(Opened::connected)
                .flatMap(connection -> command.apply(commands(connection))
                        .doOnError(RedisCommandTimeoutException.class, silent -> closed(connection)))
                .onErrorMap(IOException.class, RedisException::new); // of a channel that closed meanwhile
    }

    Backoff backoff() {
        return backoff;
    }

    /** Opens a connection for subscriptions to channels, which the caller releases. */
    Mono<StatefulRedisPubSubConnection<String, String>> subscriber() {
        return opening(() -> server.subscribe().thenApply(Function.identity()));
    }

    /** Opens a connection of its own for commands that block, which the caller releases. */
    Mono<StatefulConnection<String, String>> dedicated() {
        return opening(() -> server.connect().thenApply(Function.identity()));
    }

    /** Gives up an attempt that takes too long, and closes a connection that comes too late. */
    private <C extends StatefulConnection<String, String>> Mono<C> opening(Supplier<CompletionStage<C>> connect) {
        return Mono.defer(() -> {
            CompletableFuture<C> connection = connect.get().toCompletableFuture();
            connection.thenAccept(this::opened);
            return Mono.fromFuture(connection, true)
                    .timeout(openLimit)
                    .doOnError(late -> connection.thenAccept(this::closed))
                    .doOnCancel(() -> connection.thenAccept(this::closed));
        });
    }

    /** Number of connections that are not closed by this side. */
    int opened() {
        return open.size();
    }

    private void opened(StatefulConnection<String, String> connection) {
        open.add(connection);
        if (closed) {
            closed(connection);
        }
    }

    /** Closes a connection of {@link #subscriber} or {@link #dedicated}, without a wait for a server that may be silent. */
    Mono<Void> release(StatefulConnection<String, String> connection) {
        return Mono.fromRunnable(() -> closed(connection));
    }

    /** Closes a connection once; Lettuce warns of more. */
    private CompletableFuture<Void> closed(StatefulConnection<String, String> connection) {
        if (!open.remove(connection)) {
            return CompletableFuture.completedFuture(null);
        }
        closing.incrementAndGet();
        CompletableFuture<Void> end = connection.closeAsync();
        end.whenComplete((nothing, error) -> ended());
        return end;
    }

    /** Returns the reactive commands of a connection that {@link #dedicated} opened. */
    static RedisClusterReactiveCommands<String, String> commands(StatefulConnection<String, String> connection) {
        if (connection instanceof StatefulRedisClusterConnection<String, String> cluster) {
            return cluster.reactive();
        }
        return ((StatefulRedisConnection<String, String>) connection).reactive();
    }

    private Link link() {
        while (true) {
            Link is = current.get();
            if (is != null && (closed || is.isUsable(System.nanoTime()))) {
                return is;
            }
            Link next = is == null ? new Link(new CompletableFuture<>(), 0, 0, null) : is.next();
            if (current.compareAndSet(is, next)) {
                open(next);
                return next;
            }
        }
    }

    private void open(Link link) {
        try {
            server.connect().whenComplete((connection, error) -> {
                if (connection == null) {
                    failed(link, error);
                } else {
                    opened(connection);
                    link.connection.complete(connection);
                }
            });
        } catch (RuntimeException refused) { // by a client that is closed
            failed(link, refused);
        }
    }

    /** Puts the failure in force before callers see it, so that none of them starts the next attempt too early. */
    private void failed(Link link, Throwable error) {
        int failures = link.failures + 1;
        long delay = backoff.nanos(failures, () -> ThreadLocalRandom.current().nextDouble());
        current.compareAndSet(
                link, new Link(CompletableFuture.failedFuture(error), failures, System.nanoTime() + delay, null));
        link.connection.completeExceptionally(error);
    }

    /** Ends the threads of the client behind its last connection. */
    private void ended() {
        if (closing.decrementAndGet() == 0 && closed) {
            server.client().shutdownAsync();
        }
    }

    /** Closes all connections; commands fail from now on. Returns at once. */
    @Override
    public void close() {
        closing.incrementAndGet();
        closed = true;
        List.copyOf(open).forEach(this::closed);
        ended();
        CompletableFuture.delayedExecutor(CLOSE.toMillis(), TimeUnit.MILLISECONDS)
                .execute(server.client()::shutdownAsync);
    }

    /** The address, without user and password. */
    @Override
    public String toString() {
        return address;
    }
}

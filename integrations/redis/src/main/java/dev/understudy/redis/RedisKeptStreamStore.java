package dev.understudy.redis;

import dev.understudy.streaming.kept.KeptStreamException;
import dev.understudy.streaming.kept.KeptStreamStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Store of kept streams in Redis or Valkey, which all instances share: for each stream a hash and a Redis Stream, both of
 * which expire. Each operation is one script and therefore atomic. Times are those of the server, so that clocks of instances
 * need not agree. Readers are woken by a message on a channel of the stream, and look by themselves twice a second.
 *
 * <p>Redis acknowledges an append before a replica has it: a failover of the server may lose the last entries. The generating
 * instance notices with its next append and ends the stream, whose readers fail with
 * {@link KeptStreamException.Reason#POSITION_LOST}. If that instance is lost in the same moment, another one continues behind
 * the entries that are left: a reader that received more fails, unless the continuation has passed its position meanwhile,
 * which may then be in other words.
 */
public final class RedisKeptStreamStore implements KeptStreamStore, AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(500);
    private static final String PREFIX = "understudy:kept:";

    private final RedisConnections connections;
    private final KeptStreamNotices notices;
    private final Limits limits;
    private final String prefix;
    private final Scheduler scheduler;

    private RedisKeptStreamStore(RedisConnections connections, Limits limits, String prefix, Scheduler scheduler) {
        this.connections = connections;
        this.limits = limits;
        this.prefix = prefix;
        this.scheduler = scheduler;
        this.notices = new KeptStreamNotices(connections, scheduler);
    }

    /**
     * Returns a store with default limits.
     *
     * @param connections connections to Redis, closed by the caller
     * @return the store
     */
    public static RedisKeptStreamStore of(RedisConnections connections) {
        return of(connections, Limits.defaults(), PREFIX);
    }

    /**
     * Returns a store.
     *
     * @param connections connections to Redis, closed by the caller
     * @param limits limits of each stream, where characters are bytes in UTF-8; the number of streams is not limited
     * @param prefix beginning of all keys and channels, {@code "understudy:kept:"} by default
     * @return the store
     */
    public static RedisKeptStreamStore of(RedisConnections connections, Limits limits, String prefix) {
        return new RedisKeptStreamStore(connections, limits, prefix, Schedulers.parallel());
    }

    private String channel(String id) {
        return prefix + '{' + id + '}';
    }

    private Mono<List<String>> run(KeptStreamScript script, String id, Object... arguments) {
        String key = channel(id);
        List<String> values = new ArrayList<>(arguments.length);
        for (Object argument : arguments) {
            if (argument instanceof List<?> list) {
                list.forEach(each -> values.add(String.valueOf(each)));
            } else {
                values.add(argument instanceof Duration time ? String.valueOf(time.toMillis()) : argument.toString());
            }
        }
        return script.run(connections, List.of(key, key + ":entries"), values);
    }

    @Override
    public Mono<Lease> create(String id, String request, Duration lease, Duration grace) {
        return run(KeptStreamScript.CREATE, id, request, lease, grace, limits.retention(), limits.characters())
                .map(result -> switch (result.get(0)) {
                    case "1" -> new Lease(1, 0, request);
                    case "2" -> throw new KeptStreamException(KeptStreamException.Reason.FULL);
                    default -> throw new IllegalStateException("Another stream has this id");
                });
    }

    @Override
    public Mono<Boolean> append(String id, Append append) {
        return run(
                        KeptStreamScript.APPEND,
                        id,
                        append.fence(),
                        append.first(),
                        append.last() ? 1 : 0,
                        limits.entries(),
                        limits.characters(),
                        limits.retention(),
                        channel(id),
                        append.entries())
                .map(result -> result.get(0).equals("1"));
    }

    @Override
    public Mono<Renewal> renew(String id, long fence, Duration lease) {
        return run(KeptStreamScript.RENEW, id, fence, lease, limits.retention()).map(result -> switch (result.get(0)) {
            case "1" -> Renewal.HELD;
            case "2" -> Renewal.UNATTENDED;
            default -> Renewal.LOST;
        });
    }

    @Override
    public Mono<Lease> acquire(String id, Duration lease, boolean force) {
        return run(KeptStreamScript.ACQUIRE, id, lease, force ? 1 : 0, limits.retention())
                .filter(result -> result.size() == 3)
                .map(result ->
                        new Lease(Long.parseLong(result.get(0)), Integer.parseInt(result.get(1)), result.get(2)));
    }

    @Override
    public Mono<State> attend(String id, Duration grace) {
        return run(KeptStreamScript.ATTEND, id, grace).map(result -> state(result.get(0)));
    }

    private static State state(String name) {
        return State.valueOf(name.toUpperCase(Locale.ROOT));
    }

    @Override
    public Mono<Page> read(String id, long after, int most, Duration wait) {
        Mono<Page> page = run(KeptStreamScript.READ, id, after, most).map(RedisKeptStreamStore::page);
        if (wait.isZero()) {
            return page;
        }
        return Mono.defer(() -> {
            long end = scheduler.now(TimeUnit.MILLISECONDS) + wait.toMillis();
            return notices.has(channel(id))
                    ? watch(id, page, end)
                    : page.flatMap(read -> isAnswer(read) ? Mono.just(read) : watch(id, page, end));
        });
    }

    private static Page page(List<String> result) {
        return new Page(
                Long.parseLong(result.get(0)), List.copyOf(result.subList(2, result.size())), state(result.get(1)));
    }

    private static boolean isAnswer(Page page) {
        return !page.entries().isEmpty() || page.state() == State.ENDED || page.state() == State.UNKNOWN;
    }

    private Mono<Page> watch(String id, Mono<Page> page, long end) {
        return Mono.usingWhen(
                notices.subscribe(channel(id)),
                topic -> next(Objects.requireNonNull(topic), page, end),
                topic -> notices.unsubscribe(channel(id)));
    }

    /** Reads until there is an answer or the time is over. The notices are counted before the read, so that none is missed. */
    private Mono<Page> next(KeptStreamNotices.Topic topic, Mono<Page> page, long end) {
        return Mono.defer(() -> {
                    long count = topic.count();
                    return page.flatMap(read -> {
                        long left = end - scheduler.now(TimeUnit.MILLISECONDS);
                        if (isAnswer(read) || left <= 0) {
                            return Mono.just(read);
                        }
                        Duration pause = Duration.ofMillis(Math.min(left, POLL.toMillis()));
                        return topic.after(count)
                                .timeout(pause, Mono.empty(), scheduler)
                                .then(Mono.empty());
                    });
                })
                .repeat()
                .next();
    }

    /** Closes the connection for messages. The other connections belong to the caller. */
    @Override
    public void close() {
        notices.close();
    }
}

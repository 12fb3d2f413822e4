package dev.understudy.redis;

import io.lettuce.core.Range;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.reactive.RedisClusterReactiveCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Entries in Redis: a hash for each key, with a time to live; an index of the hashes by the end of that time; a counter of
 * changes; and a channel. The names have one hash tag, so that a cluster keeps them on one node and a script can use them all.
 */
final class RedisMedium implements Medium {

    /** Number of hashes that are read at the same time. */
    private static final int CONCURRENCY = 16;

    /**
     * Stores an entry unless a newer one is known. KEYS: hash, index, counter. ARGV:
     *
     * <ol>
     *   <li>field
     *   <li>text
     *   <li>time to live in ms, -1 for no end
     *   <li>1 if the hash lives as long as its longest field, 0 if as long as this one
     *   <li>channel
     *   <li>key
     *   <li>greatest number of hashes
     *   <li>time in ms by which a clock may be ahead
     *   <li>age in ms from which fields have ended, -1 if they do not end
     * </ol>
     *
     * <p>A text begins with its stamp of 32 characters. One without, or from a clock that is further ahead, is not written, and
     * is overwritten. A counter begins with the time, so that numbers of data that were lost are not used again.
     */
    private static final String STORE = """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local latest = now + ARGV[8]
            if tonumber(string.sub(ARGV[2], 1, 15)) > latest then
              return -1
            end
            local known = redis.call('HGET', KEYS[1], ARGV[1])
            local at = known and tonumber(string.match(known, '^(%d+)%-%x+ '))
            if at and at <= latest and string.sub(known, 1, 32) >= string.sub(ARGV[2], 1, 32) then
              return 0
            end
            redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
            local ttl = tonumber(ARGV[3])
            local ends = redis.call('ZSCORE', KEYS[2], ARGV[6])
            if ends or ttl < 0 or redis.call('ZCARD', KEYS[2]) < tonumber(ARGV[7]) then
              if ARGV[9] ~= '-1' then
                local fields = redis.call('HGETALL', KEYS[1])
                for i = 1, #fields, 2 do
                  local at = tonumber(string.match(fields[i + 1], '^(%d+)%-%x+ '))
                  if not at or at < now - ARGV[9] then
                    redis.call('HDEL', KEYS[1], fields[i])
                  end
                end
              end
              redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
              if ttl < 0 then
                redis.call('PERSIST', KEYS[1])
                redis.call('ZADD', KEYS[2], '+inf', ARGV[6])
              elseif not ends or ARGV[4] == '0' or (ends ~= 'inf' and now + ttl > tonumber(ends)) then
                redis.call('PEXPIRE', KEYS[1], ttl)
                redis.call('ZADD', KEYS[2], now + ttl, ARGV[6])
              end
            end
            redis.call('SET', KEYS[3], now, 'NX')
            local version = redis.call('INCR', KEYS[3])
            redis.call('PEXPIRE', KEYS[3], 604800000)
            redis.call('PUBLISH', ARGV[5], version .. ' ' .. ARGV[2])
            return version
            """;

    private final RedisConnections connections;
    private final String prefix;
    private final String index;
    private final String counter;
    private final String channel;
    private final int capacity;

    RedisMedium(RedisConnections connections, String namespace, int capacity) {
        this.connections = connections;
        this.prefix = "{understudy:" + namespace + "}:";
        this.index = prefix + "index";
        this.counter = prefix + "version";
        this.channel = prefix + "updates";
        this.capacity = capacity;
    }

    @Override
    public Flux<Session> open(Consumer<Sent> receiver) {
        return Flux.usingWhen(
                connections.subscriber(),
                pubSub -> Flux.usingWhen(
                        connections.dedicated(), commands -> opened(pubSub, commands, receiver), connections::release),
                connections::release);
    }

    private Flux<Session> opened(
            StatefulRedisPubSubConnection<String, String> pubSub,
            StatefulConnection<String, String> commands,
            Consumer<Sent> receiver) {
        Sinks.Empty<Void> lost = Sinks.empty();
        pubSub.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String name, String text) {
                receive(text, receiver);
            }
        });
        pubSub.addListener(new Loss(lost));
        commands.addListener(new Loss(lost));
        Session session = new RedisSession(pubSub, RedisConnections.commands(commands));
        return pubSub.reactive()
                .subscribe(channel)
                .thenMany(Flux.just(session))
                .concatWith(lost.asMono().then(Mono.error(() -> new RedisException("The connection was lost"))));
    }

    private static void receive(String text, Consumer<Sent> receiver) {
        int end = text.indexOf(' ');
        long version = 0;
        try {
            version = Long.parseLong(text.substring(0, Math.max(0, end)));
        } catch (NumberFormatException garbage) {
            // received without its number, and ignored there
        }
        receiver.accept(new Sent(version, text.substring(end + 1)));
    }

    /** Ends the session when one of its connections is lost. */
    private record Loss(Sinks.Empty<Void> lost) implements RedisConnectionStateListener {

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
            lost.tryEmitEmpty();
        }
    }

    private final class RedisSession implements Session {

        private final StatefulRedisPubSubConnection<String, String> pubSub;
        private final RedisClusterReactiveCommands<String, String> commands;

        RedisSession(
                StatefulRedisPubSubConnection<String, String> pubSub,
                RedisClusterReactiveCommands<String, String> commands) {
            this.pubSub = pubSub;
            this.commands = commands;
        }

        @Override
        public Mono<Boolean> store(Entry entry, long ttl) {
            if (ttl == 0) {
                return Mono.empty(); // ended on the way here
            }
            String text = WireFormat.write(entry);
            if (text.length() > WireFormat.MAX_LENGTH) {
                return Mono.just(false);
            }
            Entry.Slot slot = entry.slot();
            return commands.<Long>eval(
                            STORE,
                            ScriptOutputType.INTEGER,
                            new String[] {prefix + slot.key(), index, counter},
                            slot.field(),
                            text,
                            String.valueOf(ttl == Entry.NO_END ? -1 : ttl),
                            slot.field().equals(Entry.Slot.STATE) ? "0" : "1",
                            channel,
                            slot.key(),
                            String.valueOf(entry.isEvictable() ? capacity : 2 * capacity),
                            String.valueOf(Stamp.MAX_DRIFT.toMillis()),
                            String.valueOf(entry.isOfCircuit() ? Entry.LONGEST.toMillis() : -1))
                    .next()
                    .map(version -> version >= 0);
        }

        @Override
        public Mono<Void> send(Entry entry) {
            return commands.publish(channel, "0 " + WireFormat.write(entry)).then();
        }

        @Override
        public Mono<Snapshot> snapshot() {
            return number().flatMap(version -> commands.zrangebyscore(
                            index, Range.unbounded(), io.lettuce.core.Limit.from(2L * capacity))
                    .collectList() // a stream with little demand would stop the connection on which the next answers
                    // come
                    .flatMapIterable(keys -> keys)
                    .flatMap(key -> commands.hvals(prefix + key).collectList(), CONCURRENCY)
                    .flatMapIterable(texts -> texts)
                    .collectList()
                    .map(texts -> new Snapshot(version, texts)));
        }

        @Override
        public Mono<Long> version() {
            return pubSub.reactive().ping().then(number());
        }

        private Mono<Long> number() {
            return commands.get(counter).map(RedisMedium::parse).defaultIfEmpty(0L);
        }
    }

    private static long parse(String number) {
        try {
            return Long.parseLong(number);
        } catch (NumberFormatException garbage) {
            return 0;
        }
    }

    @Override
    public String toString() {
        return connections.toString();
    }
}

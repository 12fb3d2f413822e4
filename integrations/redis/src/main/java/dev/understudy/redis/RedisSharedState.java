package dev.understudy.redis;

import dev.understudy.shared.SharedState;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * Shares provider state with other instances through Redis (6.2 or newer) or Valkey. Updates are sent by publish and
 * subscribe, and kept with a time to live for instances that start later. Each instance keeps what it knows itself: without
 * Redis calls go on by that knowledge, without waiting, and when Redis is back, even an empty one, instances exchange what
 * they know. Connects when it is opened, in the background; nothing blocks. Thread-safe; one object serves all understudies
 * of an application.
 */
public final class RedisSharedState implements SharedState, AutoCloseable {

    /**
     * Options of the exchange.
     *
     * @param namespace name that the instances of one application have in common, and other applications on this Redis have
     *     not: 1 to 100 letters, digits, '.', '_' and '-'; {@code default} by default
     * @param adoption rule for the number of instances that must report an open circuit or an automatic change of the active provider before
     *     others adopt it; by default 2, or 1 after an own failure
     * @param heartbeat interval at which the connection is checked and updates that were lost are looked for; 2 seconds by
     *     default, each time with a random part
     * @param spendInterval time for which use of rate limits is added up before it is sent, 0 to send each; 100 milliseconds
     *     by default
     * @param capacity number of cooldowns and circuits that are kept, here and in Redis; 10,000 by default
     */
    public record Options(
            String namespace, Adoption adoption, Duration heartbeat, Duration spendInterval, int capacity) {

        private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9._-]{1,100}");

        private static final Options DEFAULTS =
                new Options("default", Adoption.quorum(2), Duration.ofSeconds(2), Duration.ofMillis(100), 10_000);

        /**
         * Checks the values.
         *
         * @param namespace name that the instances of one application have in common
         * @param adoption rule for the number of instances that must report a failure before others adopt it
         * @param heartbeat interval at which the connection is checked
         * @param spendInterval time for which use of rate limits is added up
         * @param capacity number of cooldowns and circuits that are kept
         * @throws IllegalArgumentException if a value is out of its range
         */
        public Options {
            if (!NAMESPACE.matcher(namespace).matches()) {
                throw new IllegalArgumentException(
                        "A namespace has 1 to 100 letters, digits, '.', '_' and '-': '" + namespace + "'");
            }
            Objects.requireNonNull(adoption, "adoption");
            if (heartbeat.toMillis() < 1) {
                throw new IllegalArgumentException("heartbeat is 1 ms or longer: " + heartbeat);
            }
            if (spendInterval.isNegative()) {
                throw new IllegalArgumentException("spendInterval is not negative: " + spendInterval);
            }
            if (capacity < 1) {
                throw new IllegalArgumentException("capacity is 1 or more: " + capacity);
            }
        }

        /**
         * Returns the default options.
         *
         * @return the options
         */
        public static Options defaults() {
            return DEFAULTS;
        }

        /**
         * Returns a copy with another namespace.
         *
         * @param namespace name that the instances of one application have in common
         * @return a copy
         */
        public Options withNamespace(String namespace) {
            return new Options(namespace, adoption, heartbeat, spendInterval, capacity);
        }

        /**
         * Returns a copy with another rule of adoption.
         *
         * @param adoption rule for the number of instances that must report a failure before others adopt it
         * @return a copy
         */
        public Options withAdoption(Adoption adoption) {
            return new Options(namespace, adoption, heartbeat, spendInterval, capacity);
        }

        /**
         * Returns a copy with another interval between checks of the connection.
         *
         * @param heartbeat 1 millisecond or longer
         * @return a copy
         */
        public Options withHeartbeat(Duration heartbeat) {
            return new Options(namespace, adoption, heartbeat, spendInterval, capacity);
        }

        /**
         * Returns a copy with another time for which use of rate limits is added up.
         *
         * @param spendInterval zero or longer
         * @return a copy
         */
        public Options withSpendInterval(Duration spendInterval) {
            return new Options(namespace, adoption, heartbeat, spendInterval, capacity);
        }

        /**
         * Returns a copy with another number of cooldowns and circuits.
         *
         * @param capacity 1 or more
         * @return a copy
         */
        public Options withCapacity(int capacity) {
            return new Options(namespace, adoption, heartbeat, spendInterval, capacity);
        }
    }

    /**
     * State of the exchange, for operators. Counts are of the time since the state was opened.
     *
     * @param connected true while updates are exchanged
     * @param outages number of times that the connection was lost, or could not be opened at first
     * @param entries number of updates that are kept here
     * @param published number of updates of understudies of this instance
     * @param received number of updates of other instances
     * @param ignored number of texts that were damaged, too long, of an unknown version or type, or from a clock that is more
     *     than an hour ahead, and of updates of this instance that Redis does not keep because they are so
     *     long or so far ahead of its clock
     * @param repaired number of times that updates were lost on the way and read again
     */
    public record Status(
            boolean connected, long outages, int entries, long published, long received, long ignored, long repaired) {}

    private final Exchange exchange;
    private final Adoption adoption;
    private final @Nullable RedisConnections owned;

    RedisSharedState(Exchange exchange, Adoption adoption, @Nullable RedisConnections owned) {
        this.exchange = exchange;
        this.adoption = adoption;
        this.owned = owned;
        exchange.start();
    }

    /**
     * Opens shared state on connections of its own, with default options.
     *
     * @param uri address of the server, of Sentinel, or of a cluster, as in {@link RedisOptions#uri}
     * @return the shared state, to be closed by the caller after the understudies
     * @throws IllegalArgumentException if the address is not valid
     */
    public static RedisSharedState open(String uri) {
        return open(RedisOptions.of(uri), Options.defaults());
    }

    /**
     * Opens shared state on connections of its own.
     *
     * @param redis address, timeouts and delays
     * @param options options of the exchange
     * @return the shared state, to be closed by the caller after the understudies
     * @throws IllegalArgumentException if the address is not valid
     */
    public static RedisSharedState open(RedisOptions redis, Options options) {
        RedisConnections connections = RedisConnections.of(redis);
        return over(connections, options, connections);
    }

    /**
     * Opens shared state on connections that serve other purposes too.
     *
     * @param connections connections, which the caller closes after the shared state
     * @param options options of the exchange
     * @return the shared state, to be closed by the caller after the understudies
     */
    public static RedisSharedState over(RedisConnections connections, Options options) {
        return over(connections, options, null);
    }

    private static RedisSharedState over(
            RedisConnections connections, Options options, @Nullable RedisConnections owned) {
        Exchange exchange = new Exchange(
                new RedisMedium(connections, options.namespace(), options.capacity()),
                new Exchange.Limits(options.heartbeat(), options.spendInterval(), options.capacity()),
                connections.backoff(),
                Schedulers.parallel(),
                () -> ThreadLocalRandom.current().nextDouble(),
                instance(ThreadLocalRandom.current().nextLong()));
        return new RedisSharedState(exchange, options.adoption(), owned);
    }

    static String instance(long random) {
        return String.format(Locale.ROOT, "%016x", random);
    }

    /**
     * Returns the state of the exchange.
     *
     * @return a snapshot
     */
    public Status status() {
        Exchange.Counts counts = exchange.counts();
        return new Status(
                counts.connected(),
                counts.outages(),
                counts.entries(),
                counts.published(),
                counts.received(),
                counts.ignored(),
                counts.repaired());
    }

    @Override
    public void publish(Message message) {
        exchange.publish(message);
    }

    @Override
    public Flux<Message> updates() {
        return exchange.updates();
    }

    @Override
    public Adoption adoption() {
        return adoption;
    }

    /** Ends the exchange. Understudies go on with what they know. Returns at once. */
    @Override
    public void close() {
        exchange.dispose();
        if (owned != null) {
            owned.close();
        }
    }

    /** The address, without user and password. */
    @Override
    public String toString() {
        return exchange.toString();
    }
}

package dev.understudy.redis;

import io.lettuce.core.ScriptOutputType;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;

/** Sums that several instances add to, such as what was spent of a budget. Nothing blocks. Thread-safe. */
public final class RedisSums {

    /** KEYS: hash. ARGV: time to live in ms, then what is added to the fields 1, 2 and so on. Returns the new sums. */
    private static final String ADD = """
            local sums = {}
            for field = 2, #ARGV do
              sums[field - 1] = redis.call('HINCRBYFLOAT', KEYS[1], field - 1, ARGV[field])
            end
            redis.call('PEXPIRE', KEYS[1], ARGV[1])
            return sums
            """;

    private final RedisConnections connections;
    private final String namespace;

    private RedisSums(RedisConnections connections, String namespace) {
        this.connections = connections;
        this.namespace = namespace;
    }

    /**
     * Returns sums in Redis.
     *
     * @param connections connections, which the caller closes
     * @param namespace beginning of the names of all keys
     * @return the sums
     */
    public static RedisSums over(RedisConnections connections, String namespace) {
        return new RedisSums(connections, namespace);
    }

    /**
     * Adds to sums of one name, which begin at zero. Fails at once without a server; when the connection is lost meanwhile,
     * the amounts may have been added.
     *
     * @param name name of the sums
     * @param amounts amounts to add to each of them; zero only reads a sum
     * @param keep time after which sums that were not added to are forgotten, at least 1 ms
     * @return the new sums, in the order of the amounts
     */
    public Mono<List<Double>> add(String name, List<Double> amounts, Duration keep) {
        String[] keys = {namespace + ":sums:" + name};
        String[] arguments = Stream.concat(
                        Stream.of(Long.toString(Math.max(1, keep.toMillis()))),
                        amounts.stream()
                                .map(amount -> BigDecimal.valueOf(amount).toPlainString()))
                .toArray(String[]::new);
        return connections
                .call(commands -> commands.<String>eval(ADD, ScriptOutputType.MULTI, keys, arguments)
                        .collectList())
                .map(RedisSums::numbers);
    }

    private static List<Double> numbers(List<?> reply) {
        return reply.stream()
                .flatMap(part -> part instanceof List<?> list ? list.stream() : Stream.of(part))
                .map(part -> Double.valueOf(String.valueOf(part)))
                .toList();
    }
}

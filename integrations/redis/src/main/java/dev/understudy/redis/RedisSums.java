package dev.understudy.redis;

import io.lettuce.core.ScriptOutputType;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;

/** Sums that several instances add to, such as what was spent of a budget. Nothing blocks. Thread-safe. */
public final class RedisSums {

    /**
     * KEYS: hash. ARGV: time to live in ms, then the least values of the fields 1, 2 and so on, then what is added to each.
     * Returns the new sums.
     */
    private static final String ADD = """
            local sums = {}
            local number = (#ARGV - 1) / 2
            for field = 1, number do
              local known = ARGV[1 + field]
              if tonumber(redis.call('HGET', KEYS[1], field) or '0') < tonumber(known) then
                redis.call('HSET', KEYS[1], field, known)
              end
              sums[field] = redis.call('HINCRBYFLOAT', KEYS[1], field, ARGV[1 + number + field])
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
     * @param known sums that were returned before, or zero: a lower sum is raised to it first, so that a server that has lost its
     *     data does not begin anew
     * @param amounts amounts to add to each of them, as many as are known; zero only reads a sum
     * @param keep time after which sums that were not added to are forgotten, at least 1 ms
     * @return the new sums, in the order of the amounts
     * @throws IllegalArgumentException if the numbers of known sums and of amounts differ
     */
    public Mono<List<Double>> add(String name, List<Double> known, List<Double> amounts, Duration keep) {
        String[] keys = {namespace + ":sums:" + name};
        if (known.size() != amounts.size()) {
            throw new IllegalArgumentException("Each sum has a known value and an amount: " + known + ", " + amounts);
        }
        String[] arguments = Stream.concat(
                        Stream.of(Long.toString(Math.max(1, keep.toMillis()))),
                        Stream.concat(known.stream(), amounts.stream())
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

package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** Sums of several instances, in a real server. */
class RedisSumsTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final List<Double> NONE = List.of(0.0, 0.0);

    @Test
    void instancesAddToTheSameSums() {
        try (RedisServer server = RedisServer.start();
                RedisConnections one = RedisConnections.of(server.uri());
                RedisConnections other = RedisConnections.of(server.uri())) {
            RedisSums first = RedisSums.over(one, "test");
            RedisSums second = RedisSums.over(other, "test");
            assertThat(first.add("a", NONE, List.of(10.0, 0.25), LONG).block(LONG))
                    .containsExactly(10.0, 0.25);
            assertThat(second.add("a", NONE, List.of(5.0, 0.5), LONG).block(LONG))
                    .containsExactly(15.0, 0.75);
            assertThat(first.add("a", NONE, List.of(0.0, 0.0), LONG).block(LONG))
                    .containsExactly(15.0, 0.75);
            assertThat(first.add("b", List.of(0.0), List.of(1.0), LONG).block(LONG))
                    .containsExactly(1.0);
            Long ttl = one.call(commands -> commands.pttl("test:sums:a")).block(LONG);
            assertThat(ttl).isBetween(1L, LONG.toMillis());
        }
    }

    @Test
    void forgottenSumsBeginAtTheKnownOnes() {
        try (RedisServer server = RedisServer.start();
                RedisConnections one = RedisConnections.of(server.uri())) {
            RedisSums sums = RedisSums.over(one, "test");
            assertThat(sums.add("a", NONE, List.of(10.0, 0.25), LONG).block(LONG))
                    .containsExactly(10.0, 0.25);
            one.call(commands -> commands.del("test:sums:a")).block(LONG);
            List<Double> known = List.of(10.0, 0.25);
            assertThat(sums.add("a", known, List.of(2.0, 0.5), LONG).block(LONG))
                    .containsExactly(12.0, 0.75);
            assertThat(sums.add("a", known, List.of(1.0, 0.0), LONG).block(LONG))
                    .as("known sums that are lower count for nothing")
                    .containsExactly(13.0, 0.75);
        }
    }

    @Test
    void withoutServerItFails() {
        try (RedisConnections connections = RedisConnections.of("redis://127.0.0.1:1")) {
            StepVerifier.create(RedisSums.over(connections, "test").add("a", List.of(0.0), List.of(1.0), LONG))
                    .expectError(RedisException.class)
                    .verify(LONG);
        }
    }
}

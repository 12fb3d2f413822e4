package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.shared.SharedState.HoldStarted;
import dev.understudy.shared.SharedState.Message;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Shared state over Sentinel and over a cluster, both of real servers. */
class RedisTopologiesTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private final RedisSharedState.Options options =
            RedisSharedState.Options.defaults().withHeartbeat(Duration.ofMillis(200));

    @Test
    void stateMovesToTheReplicaThatSentinelChooses() {
        try (RedisServer primary = RedisServer.start();
                RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1", String.valueOf(primary.port()));
                RedisServer sentinel = RedisServer.startSentinel(primary)) {
            awaitTrue(() -> sentinel.info("sentinel").contains("slaves=1"));
            String uri = "redis-sentinel://127.0.0.1:" + sentinel.port() + "/0#primary";
            try (RedisSharedState one = RedisSharedState.open(RedisOptions.of(uri), options);
                    RedisSharedState two = RedisSharedState.open(RedisOptions.of(uri), options)) {
                awaitTrue(() -> one.status().connected() && two.status().connected());
                exchange(one, two, "before");
                primary.kill();
                awaitTrue(() -> replica.info("replication").contains("role:master"));
                exchange(two, one, "after");
                try (RedisSharedState late = RedisSharedState.open(RedisOptions.of(uri), options)) {
                    arrives(late, "before");
                    arrives(late, "after");
                }
            }
        }
    }

    @Test
    void clusterKeepsANamespaceOnOneNode() {
        String[] arguments = RedisSharedStateTest.restrictedUser("+cluster|nodes", "+info", "--cluster-enabled", "yes");
        try (RedisServer first = RedisServer.start(arguments);
                RedisServer second = RedisServer.start(arguments)) {
            first.addSlots(0, 8_191);
            second.addSlots(8_192, 16_383);
            first.meet(second);
            awaitTrue(() -> first.clusterIsWell() && second.clusterIsWell());
            String uri = "redis-cluster://app:secret@127.0.0.1:" + first.port() + ",127.0.0.1:" + second.port();
            for (String namespace : List.of("a", "b", "c")) { // on different nodes
                try (RedisSharedState one =
                                RedisSharedState.open(RedisOptions.of(uri), options.withNamespace(namespace));
                        RedisSharedState two =
                                RedisSharedState.open(RedisOptions.of(uri), options.withNamespace(namespace))) {
                    awaitTrue(() -> one.status().connected() && two.status().connected());
                    exchange(one, two, "x");
                    try (RedisSharedState late =
                            RedisSharedState.open(RedisOptions.of(uri), options.withNamespace(namespace))) {
                        arrives(late, "x");
                    }
                }
            }
        }
    }

    private static void exchange(RedisSharedState from, RedisSharedState to, String provider) {
        from.publish(new Message("p/1", new HoldStarted(provider, null, null)));
        arrives(to, provider);
    }

    private static void arrives(RedisSharedState at, String provider) {
        assertThat(at.updates()
                        .filter(message -> message.update().equals(new HoldStarted(provider, null, null)))
                        .next()
                        .block(LONG))
                .isNotNull();
    }

    private static void awaitTrue(BooleanSupplier condition) {
        Boolean met = Mono.fromSupplier(condition::getAsBoolean)
                .subscribeOn(Schedulers.boundedElastic())
                .filter(Boolean::booleanValue)
                .repeatWhenEmpty(100_000, tries -> tries.delayElements(Duration.ofMillis(20)))
                .block(LONG);
        assertThat(met).isTrue();
    }
}

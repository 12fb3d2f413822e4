package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ClientListArgs;
import io.lettuce.core.KillArgs;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The connection for notices of kept streams, with a real server. */
class KeptStreamNoticesTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration IMPATIENT = Duration.ofMillis(500);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private RedisServer server;
    private RedisConnections connections;
    private KeptStreamNotices notices;

    @BeforeEach
    void connect() {
        server = RedisServer.start();
        connections = RedisConnections.of(RedisOptions.of(server.uri())
                .withTimeouts(IMPATIENT, IMPATIENT)
                .withBackoff(Duration.ofMillis(1), Duration.ofMillis(20)));
        notices = new KeptStreamNotices(connections, time);
    }

    @AfterEach
    void close() {
        if (server != null) {
            notices.close();
            connections.close();
            server.close();
        }
    }

    private static <T> T get(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(LONG));
    }

    private static <T> Mono<T> repeated(Mono<T> mono) {
        return mono.repeatWhenEmpty(empty -> empty.delayElements(Duration.ofMillis(10)));
    }

    private Mono<Boolean> subscribed() {
        return connections
                .call(commands -> commands.clientList(ClientListArgs.Builder.typePubsub()))
                .filter(list -> list.lines().anyMatch(line -> line.contains("sub=1")))
                .map(list -> true);
    }

    /** Subscribes until the server knows it, as readers do that come back. */
    private void subscribe(String channel) {
        Mono<Boolean> attempt = Mono.defer(() -> {
            time.advanceTimeBy(Duration.ofSeconds(1));
            return notices.subscribe(channel).then(notices.unsubscribe(channel)).then(subscribed());
        });
        get(repeated(attempt.onErrorComplete()));
    }

    @Test
    void replacedConnectionsAreClosed() {
        for (int i = 0; i < 4; i++) {
            subscribe("a");
            get(connections.call(commands -> commands.clientKill(KillArgs.Builder.typePubsub())));
            get(repeated(subscribed().hasElement().filter(is -> !is)));
        }
        subscribe("a");

        assertThat(connections.opened()).isEqualTo(2);
    }

    @Test
    void silentConnectionIsReplaced() {
        subscribe("a");
        int before = connections.opened();
        server.suspend();
        get(notices.subscribe("b"));
        int silent = connections.opened();
        server.resume();

        assertThat(silent).isEqualTo(before - 1);
        subscribe("b");
        KeptStreamNotices.Topic topic = get(notices.subscribe("b"));
        get(connections.call(commands -> commands.publish("b", "1")));
        topic.after(0).block(LONG);
        assertThat(topic.count()).isPositive();
    }
}

package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.provider.endpoint.Transport;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Connections that are presumed dead after another one was found dead. */
class ConnectionWatchTest {

    private final ConnectionTracker tracker = new ConnectionTracker(() -> 0);

    private ConnectionWatch open(EmbeddedChannel channel) {
        ConnectionWatch.install(channel, Transport.defaults(), tracker, protocol -> {});
        return Objects.requireNonNull(ConnectionWatch.of(channel));
    }

    @Test
    void connectionThatReceivedNothingSinceIsDistrusted() {
        ConnectionWatch watch = open(new EmbeddedChannel());
        assertThat(watch.isDistrusted()).isFalse();
        tracker.foundDead();
        assertThat(watch.isDistrusted()).isTrue();
    }

    @Test
    void connectionThatReceivesLaterIsTrustedAgain() {
        EmbeddedChannel channel = new EmbeddedChannel();
        ConnectionWatch watch = open(channel);
        channel.writeInbound("before");
        tracker.foundDead();
        assertThat(watch.isDistrusted()).isTrue();
        channel.writeInbound("after");
        assertThat(watch.isDistrusted()).isFalse();
    }

    @Test
    void connectionOpenedLaterIsTrusted() {
        tracker.foundDead();
        assertThat(open(new EmbeddedChannel()).isDistrusted()).isFalse();
    }
}

package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that receive answers slowly or not at all, on a clock of the test. */
class StalledWritesTest {

    private static final int SECONDS = 60;

    /** Sends as many bytes as the client receives. */
    private static final class SlowChannel extends EmbeddedChannel {

        private long received;

        SlowChannel(ChannelHandler... handlers) {
            super(handlers);
            freezeTime();
        }

        @Override
        protected void doWrite(ChannelOutboundBuffer buffer) {
            if (received > 0) {
                buffer.removeBytes(Math.min(received, buffer.totalPendingWriteBytes()));
                received = 0;
            }
        }

        void receive(long bytes) {
            received = bytes;
            flush();
        }

        void pass(int seconds) {
            advanceTimeBy(seconds, TimeUnit.SECONDS);
            runScheduledPendingTasks();
        }
    }

    private final SlowChannel channel = new SlowChannel(new StalledWrites(Duration.ofSeconds(SECONDS)));

    @AfterEach
    void close() {
        channel.close();
    }

    private void write(int bytes) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[bytes]));
    }

    private void passEachSecond(int seconds) {
        for (int i = 0; i < seconds; i++) {
            channel.pass(1);
        }
    }

    @Test
    void largeAnswerMayTakeLongerThanTheLimitWhileItIsReceived() {
        write(1_000);
        for (int i = 0; i < 100; i++) {
            passEachSecond(SECONDS - 1);
            channel.receive(10);
            assertThat(channel.isOpen()).as("after %s steps", i).isTrue();
        }
    }

    @Test
    void clientThatReceivesNothingIsClosed() {
        write(1_000);
        passEachSecond(SECONDS - 1);
        assertThat(channel.isOpen()).isTrue();
        passEachSecond(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void clientThatStopsInTheMiddleIsClosed() {
        write(1_000);
        passEachSecond(30);
        channel.receive(500);
        passEachSecond(SECONDS - 1);
        assertThat(channel.isOpen()).isTrue();
        passEachSecond(1 + SECONDS / 20);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void moreThatIsWrittenIsNoProgress() {
        write(1_000);
        for (int i = 0; i < SECONDS; i++) {
            passEachSecond(1);
            write(1_000);
        }
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void silenceBeforeAWriteDoesNotCount() {
        write(100);
        channel.receive(100);
        passEachSecond(10 * SECONDS - 1);
        write(100);
        passEachSecond(SECONDS - 1);
        assertThat(channel.isOpen()).isTrue();
    }
}

package dev.understudy.provider.http;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import reactor.netty.Connection;

/** How far one HTTP request has come, and on which connection. Written and read by several threads. */
final class RequestProgress {

    private volatile @Nullable ConnectionWatch connection;
    private volatile boolean answered;

    /** Notes the connection that the request goes out on. */
    void sentOn(Connection connection) {
        Channel channel = connection.channel();
        this.connection = ConnectionWatch.of(channel.parent() == null ? channel : channel.parent());
    }

    /** Notes that content was told, or that the request ended otherwise than by cancellation. */
    void answered() {
        answered = true;
    }

    /**
     * Notes that the request was cancelled. Before anything of its answer was told, that takes an HTTP/2 connection out of use:
     * cancellation resets the stream only, and a silent connection would get the next request as well. Over HTTP/1.1
     * cancellation closes the connection.
     */
    void abandoned() {
        ConnectionWatch used = connection;
        if (used != null && !answered && used.isMultiplexed()) {
            used.retire();
        }
    }
}

package dev.understudy.testing;

import dev.understudy.testing.ResponsePlan.Close;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import org.jspecify.annotations.Nullable;

/** Ends connections prematurely. Over HTTP/2 a reset ends the stream only. */
final class ConnectionFault {

    private ConnectionFault() {}

    static void now(Close how, Channel channel) {
        Channel connection = ConnectionTracker.connection(channel);
        ChannelHandlerContext http2 = connection.pipeline().context(Http2FrameCodec.class);
        switch (how) {
            case RESET -> {
                linger(channel);
                channel.close();
            }
            case RESET_CONNECTION -> {
                linger(connection);
                connection.pipeline().firstContext().close();
            }
            case ABANDON -> {
                if (http2 != null) {
                    goAway(http2, 0, Http2Error.INTERNAL_ERROR);
                }
                end(connection, http2);
            }
            default -> end(connection, http2);
        }
    }

    /**
     * Announces by GOAWAY that the connection accepts no more requests; present ones continue. Always {@code false}:
     * there is nothing to send.
     */
    static boolean later(Channel channel) {
        ChannelHandlerContext http2 =
                ConnectionTracker.connection(channel).pipeline().context(Http2FrameCodec.class);
        if (http2 != null) {
            int last = ((Http2FrameCodec) http2.handler()).connection().remote().lastStreamCreated();
            goAway(http2, last, Http2Error.NO_ERROR);
        }
        return false;
    }

    private static void goAway(ChannelHandlerContext http2, int lastStream, Http2Error why) {
        ((Http2FrameCodec) http2.handler())
                .goAway(http2, lastStream, why.code(), Unpooled.EMPTY_BUFFER, http2.newPromise());
        http2.flush();
    }

    /** Closes with FIN, after TLS's close_notify. The HTTP/2 handler would wait for the end of all its streams. */
    private static void end(Channel connection, @Nullable ChannelHandlerContext http2) {
        if (http2 == null) {
            connection.close();
        } else {
            http2.close();
        }
    }

    private static void linger(Channel channel) {
        if (channel instanceof SocketChannel) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
    }
}

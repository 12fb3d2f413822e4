package dev.understudy.provider.http;

import dev.understudy.provider.endpoint.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.AttributeKey;
import java.net.SocketAddress;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Detects dead connections. Reads are counted as bytes, before TLS, so that any sign of life of the server counts.
 * Runs on the connection's event loop.
 */
final class ConnectionWatch extends ChannelDuplexHandler {

    private static final AttributeKey<ConnectionWatch> KEY = AttributeKey.valueOf(ConnectionWatch.class, "watch");

    private final Channel channel;
    private final Transport transport;
    private final ConnectionTracker tracker;
    private long started;
    private volatile boolean settled;
    private @Nullable Http2FrameCodec http2;
    private long reads;
    private boolean waiting;
    private volatile boolean retired;
    private volatile boolean proven;
    private volatile boolean multiplexed;
    private volatile int deadAtLastRead;

    private ConnectionWatch(Channel channel, Transport transport, ConnectionTracker tracker) {
        this.channel = channel;
        this.transport = transport;
        this.tracker = tracker;
        this.deadAtLastRead = tracker.dead();
    }

    /**
     * Watches a connection that is about to be opened.
     *
     * @param negotiated receives the protocol of a connection over TLS
     */
    static void install(Channel channel, Transport transport, ConnectionTracker tracker, Consumer<String> negotiated) {
        ConnectionWatch watch = new ConnectionWatch(channel, transport, tracker);
        channel.attr(KEY).set(watch);
        channel.pipeline().addFirst("understudy.watch", watch);
        tracker.opening(channel);
        channel.closeFuture().addListener(closed -> watch.settle(false));
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null) {
            // The pipeline of the protocol is built by listeners of this future and of the events that follow it.
            tls.handshakeFuture().addListener(done -> {
                if (done.isSuccess()) {
                    channel.eventLoop().execute(() -> watch.opened(negotiated));
                } else {
                    watch.settle(done.cause() instanceof SslHandshakeTimeoutException);
                }
            });
        }
        if (tracker.isRefusing()) {
            channel.close();
        }
    }

    /**
     * Returns the limit in bytes of all unread answers on an HTTP/2 connection. Each stream may hold back its window of
     * 64 KiB, so slow readers cannot exhaust the connection's window and stop the other streams.
     */
    private int window() {
        return (transport.network().maxConcurrentStreams() + 1) << 16;
    }

    private void settle(boolean late) {
        if (!settled) {
            settled = true;
            tracker.settled(late);
        }
    }

    /**
     * Returns the watch of a connection; null for one that is not watched, such as the stream of an HTTP/2
     * connection.
     */
    static @Nullable ConnectionWatch of(Channel channel) {
        return channel.attr(KEY).get();
    }

    @Override
    public void connect(
            ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        started = tracker.nanos();
        promise.addListener(done -> {
            if (done.cause() != null) {
                settle(done.cause() instanceof ConnectTimeoutException);
            }
        });
        context.connect(remote, local, promise);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            settle(false);
        } else {
            tls.setHandshakeTimeoutMillis(left());
        }
        context.fireChannelActive();
    }

    /** Returns the rest of the connect limit in milliseconds, at least 1. */
    private long left() {
        return Math.max(
                1, transport.connect().minusNanos(tracker.nanos() - started).toMillis());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        reads++;
        int dead = tracker.dead();
        if (dead != deadAtLastRead) {
            deadAtLastRead = dead;
        }
        context.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        if (retired && streams() == 0) {
            channel.close();
        }
    }

    private void opened(Consumer<String> negotiated) {
        Http2FrameCodec codec = channel.pipeline().get(Http2FrameCodec.class);
        if (codec == null) {
            settle(false);
            negotiated.accept(ApplicationProtocolNames.HTTP_1_1);
            return;
        }
        Runnable ready = () -> {
            settle(false);
            negotiated.accept(ApplicationProtocolNames.HTTP_2);
        };
        if (codec.decoder().prefaceReceived()) { // in one read with the end of the handshake
            ready.run();
        } else {
            channel.pipeline()
                    .addAfter(NettyPipeline.H2MultiplexHandler, "understudy.settings", new FirstSettings(ready));
            channel.eventLoop().schedule(this::endOpening, left(), TimeUnit.MILLISECONDS);
        }
        http2 = codec;
        multiplexed = true;
        try {
            Http2Connection connection = codec.connection();
            connection.local().flowController().incrementWindowSize(connection.connectionStream(), window());
            channel.flush();
        } catch (Http2Exception e) {
            channel.close();
        }
        lookLater();
    }

    /** Ends the wait for the first SETTINGS: no request is sent before them, so nothing else would end it. */
    private void endOpening() {
        if (!settled) {
            settle(true);
            channel.pipeline().fireExceptionCaught(new ConnectTimeoutException("no SETTINGS in time"));
            channel.close();
        }
    }

    private void lookLater() {
        long before = reads;
        channel.eventLoop()
                .schedule(
                        () -> {
                            if (channel.isActive()) {
                                if (reads == before && streams() > 0) {
                                    ping();
                                }
                                lookLater();
                            }
                        },
                        transport.ping().after().toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    private int streams() {
        Http2FrameCodec codec = http2;
        return codec == null ? 0 : codec.connection().numActiveStreams();
    }

    private void ping() {
        Http2FrameCodec codec = http2;
        ChannelHandlerContext context =
                codec == null ? null : channel.pipeline().context(codec);
        if (waiting || codec == null || context == null || !channel.isActive()) {
            return;
        }
        waiting = true;
        long before = reads;
        codec.encoder().writePing(context, false, ThreadLocalRandom.current().nextLong(), context.newPromise());
        context.flush();
        channel.eventLoop()
                .schedule(
                        () -> {
                            waiting = false;
                            if (reads == before) {
                                channel.close();
                            }
                        },
                        transport.ping().timeout().toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    /**
     * Excludes this connection from new requests. Running requests may finish; if the server is silent, they fail
     * with the connection after a PING without acknowledgement. A connection without requests is closed.
     */
    void retire() {
        retired = true;
        channel.eventLoop().execute(() -> {
            if (streams() == 0) {
                channel.close();
            } else {
                ping();
            }
        });
    }

    /** Tests whether the connection is not ready yet: TCP, TLS and, for HTTP/2, the first SETTINGS of the server. */
    boolean isOpening() {
        return !settled;
    }

    /** Notes that a request was answered. */
    void answered() {
        if (!proven) {
            proven = true;
        }
    }

    /** Tests whether an earlier request was answered on this connection. */
    boolean isProven() {
        return proven;
    }

    /** Tests whether the connection is closed. */
    boolean isClosed() {
        return !channel.isActive();
    }

    /** Returns true if another connection was found dead since this one last received anything. */
    boolean isDistrusted() {
        return deadAtLastRead != tracker.dead();
    }

    boolean isRetired() {
        return retired;
    }

    /** Returns true for HTTP/2, whose pool checks for closed connections itself. */
    boolean isMultiplexed() {
        return multiplexed;
    }
}

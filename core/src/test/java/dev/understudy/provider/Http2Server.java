package dev.understudy.provider;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Server over TLS that speaks HTTP/2 frame by frame. */
public final class Http2Server implements AutoCloseable {

    public static final String ANSWER =
            "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"It rains\"},\"finish_reason\":\"stop\"}]}";

    public final AtomicInteger connections = new AtomicInteger();
    public final AtomicInteger requests = new AtomicInteger();
    private final MultiThreadIoEventLoopGroup threads = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel listener;

    /**
     * @param streams on one connection at a time
     * @param answer called with each stream at the end of its request
     */
    public Http2Server(long streams, Consumer<ChannelHandlerContext> answer) {
        this(streams, answer, false, false);
    }

    private Http2Server(long streams, Consumer<ChannelHandlerContext> answer, boolean silent, boolean joins) {
        SslContext tls = tls(joins ? "TLSv1.2" : "TLSv1.3");
        this.listener = new ServerBootstrap()
                .group(threads)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        connections.incrementAndGet();
                        if (joins) {
                            channel.pipeline().addLast(new LateFlush());
                        }
                        channel.pipeline()
                                .addLast(tls.newHandler(channel.alloc()), new Negotiated(streams, answer, silent));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    /** Returns a server that chooses HTTP/2 in the TLS handshake, and sends nothing after it. */
    public static Http2Server silentAfterTls() {
        return new Http2Server(0, stream -> {}, true, false);
    }

    /** Returns a server that sends its first SETTINGS together with the end of the TLS handshake. */
    public static Http2Server joiningHandshakeAndSettings(Consumer<ChannelHandlerContext> answer) {
        return new Http2Server(100, answer, false, true);
    }

    /** Writes together what one task of the event loop flushes in several steps. */
    private static final class LateFlush extends ChannelOutboundHandlerAdapter {

        @Override
        public void flush(ChannelHandlerContext context) {
            context.executor().execute(context::flush);
        }
    }

    private static SslContext tls(String version) {
        try {
            return SslContextBuilder.forServer(
                            TlsCertificates.LOOPBACK.getKeyPair().getPrivate(),
                            TlsCertificates.LOOPBACK.getCertificate())
                    .protocols(version)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2))
                    .build();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    public static void status(ChannelHandlerContext stream, int status) {
        stream.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status(String.valueOf(status))));
    }

    /** Answers with a whole chat completion. */
    public static void completion(ChannelHandlerContext stream) {
        Http2Headers headers = new DefaultHttp2Headers().status("200").set("content-type", "application/json");
        stream.write(new DefaultHttp2HeadersFrame(headers));
        stream.writeAndFlush(
                new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(ANSWER.getBytes(StandardCharsets.UTF_8)), true));
    }

    public static void reset(ChannelHandlerContext stream, Http2Error error) {
        stream.writeAndFlush(new DefaultHttp2ResetFrame(error));
    }

    /** Ends a connection as one that was idle: GOAWAY leaves out the stream, whose request has crossed it. */
    public static void goAway(ChannelHandlerContext stream) {
        Channel connection = stream.channel().parent();
        Http2FrameCodec codec = connection.pipeline().get(Http2FrameCodec.class);
        ChannelHandlerContext context = connection.pipeline().context(codec);
        int id = ((Http2StreamChannel) stream.channel()).stream().id();
        codec.encoder()
                .frameWriter()
                .writeGoAway(context, id - 2, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, context.newPromise());
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void close() {
        threads.shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS);
    }

    private final class Negotiated extends ApplicationProtocolNegotiationHandler {

        private final long streams;
        private final Consumer<ChannelHandlerContext> answer;
        private final boolean silent;

        Negotiated(long streams, Consumer<ChannelHandlerContext> answer, boolean silent) {
            super(ApplicationProtocolNames.HTTP_1_1);
            this.streams = streams;
            this.answer = answer;
            this.silent = silent;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext context, String protocol) {
            if (silent) {
                return;
            }
            context.pipeline()
                    .addLast(
                            Http2FrameCodecBuilder.forServer()
                                    .initialSettings(
                                            Http2Settings.defaultSettings().maxConcurrentStreams(streams))
                                    .build(),
                            new Http2MultiplexHandler(new ChannelInitializer<>() {
                                @Override
                                protected void initChannel(Channel stream) {
                                    stream.pipeline().addLast(new Stream(answer));
                                }
                            }));
        }
    }

    private final class Stream extends ChannelInboundHandlerAdapter {

        private final Consumer<ChannelHandlerContext> answer;

        Stream(Consumer<ChannelHandlerContext> answer) {
            this.answer = answer;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            boolean last = frame instanceof Http2DataFrame data && data.isEndStream()
                    || frame instanceof Http2HeadersFrame headers && headers.isEndStream();
            ReferenceCountUtil.release(frame);
            if (last) {
                requests.incrementAndGet();
                answer.accept(context);
            }
        }
    }
}

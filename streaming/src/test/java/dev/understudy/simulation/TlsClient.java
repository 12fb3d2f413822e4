package dev.understudy.simulation;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/** TLS of the client: Netty's handler over an engine that does not encrypt. */
final class TlsClient extends SslContext {

    static final TlsClient CONTEXT = new TlsClient();

    private TlsClient() {}

    /** Netty asks only engines of its own for the protocol. */
    private static final class Handler extends SslHandler {

        private final TlsEngine engine;

        Handler(TlsEngine engine) {
            super(engine);
            this.engine = engine;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) throws Exception {
            Channel channel = context.channel();
            engine.offers = () -> channel.pipeline().get(NettyPipeline.H2OrHttp11Codec) != null;
            super.handlerAdded(context);
        }

        @Override
        public @Nullable String applicationProtocol() {
            return engine.getApplicationProtocol();
        }
    }

    @Override
    protected SslHandler newHandler(ByteBufAllocator allocator, String host, int port, boolean startTls) {
        return new Handler(new TlsEngine(host, port));
    }

    @Override
    public boolean isClient() {
        return true;
    }

    @Override
    public List<String> cipherSuites() {
        return List.of(TlsEngine.CIPHER);
    }

    @Override
    @SuppressWarnings("deprecation")
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
        return List::of;
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator) {
        throw new UnsupportedOperationException("connections have a peer");
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator, String host, int port) {
        return new TlsEngine(host, port);
    }

    @Override
    public SSLSessionContext sessionContext() {
        throw new UnsupportedOperationException("no session is kept");
    }
}

package dev.understudy.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import java.util.function.IntConsumer;
import reactor.netty.NettyPipeline;

/** Reports the status of responses to requests that are no HTTP, which no route sees. */
final class UndecodableRequests extends ChannelDuplexHandler {

    private final IntConsumer refused;
    private boolean undecodable;

    private UndecodableRequests(IntConsumer refused) {
        this.refused = refused;
    }

    /** @param refused receives the status of each response */
    static void install(Channel channel, IntConsumer refused) {
        channel.pipeline()
                .addAfter(NettyPipeline.HttpCodec, "understudy.gateway.undecodable", new UndecodableRequests(refused));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
            undecodable = true;
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (undecodable && message instanceof HttpResponse response) {
            undecodable = false;
            refused.accept(response.status().code());
        }
        context.write(message, promise);
    }
}

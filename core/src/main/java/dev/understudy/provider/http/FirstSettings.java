package dev.understudy.provider.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2SettingsFrame;

/**
 * Runs an action once after the first SETTINGS frame of the server, which makes an HTTP/2 connection ready for
 * requests.
 */
final class FirstSettings extends ChannelInboundHandlerAdapter {

    private final Runnable ready;

    FirstSettings(Runnable ready) {
        this.ready = ready;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        context.fireChannelRead(message);
        if (message instanceof Http2SettingsFrame) {
            context.pipeline().remove(this);
            ready.run();
        }
    }
}

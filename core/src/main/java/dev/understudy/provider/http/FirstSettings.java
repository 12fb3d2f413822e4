package dev.understudy.provider.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2SettingsFrame;

/** Runs a task once, after the first SETTINGS of the server: an HTTP/2 connection is ready for requests then. */
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

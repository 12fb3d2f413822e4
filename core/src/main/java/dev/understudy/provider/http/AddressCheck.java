package dev.understudy.provider.http;

import dev.understudy.provider.endpoint.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Refuses connections to addresses that are not allowed: the address that is connected to is checked, not the name. */
final class AddressCheck extends ChannelOutboundHandlerAdapter {

    /** A connection that was not opened because of its address. */
    static final class Refused extends IOException {

        private static final long serialVersionUID = 1L;

        Refused() {
            super("the address of the host is not allowed");
        }
    }

    private final Transport.Addresses addresses;

    private AddressCheck(Transport.Addresses addresses) {
        this.addresses = addresses;
    }

    /** Checks the connection that is about to be opened. */
    static void install(Channel channel, Transport.Addresses addresses) {
        channel.pipeline().addFirst("understudy.addresses", new AddressCheck(addresses));
    }

    @Override
    public void connect(
            ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        if (remote instanceof InetSocketAddress address
                && (address.getAddress() == null || !addresses.allows(address.getAddress()))) {
            promise.setFailure(new Refused());
            return;
        }
        context.connect(remote, local, promise);
    }
}

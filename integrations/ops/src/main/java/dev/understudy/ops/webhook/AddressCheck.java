package dev.understudy.ops.webhook;

import dev.understudy.provider.endpoint.Transport.Addresses;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.NetUtil;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Refuses connections to addresses that are not allowed. The address that is connected to is checked, so that a name that
 * resolves to another address later gains nothing. A URL that spells a private or loopback address itself allows it.
 */
final class AddressCheck extends ChannelOutboundHandlerAdapter {

    private final String host;
    private final Addresses addresses;

    /**
     * @param host host of the URL
     * @param addresses addresses that may be connected to
     */
    AddressCheck(String host, Addresses addresses) {
        this.host = host;
        this.addresses = addresses;
    }

    @Override
    public void connect(
            ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        if (remote instanceof InetSocketAddress address
                && (address.getAddress() == null || !isAllowed(host, addresses, address.getAddress()))) {
            promise.setFailure(new ConnectException("a webhook is not posted to this kind of address"));
            return;
        }
        context.connect(remote, local, promise);
    }

    static boolean isAllowed(String host, Addresses addresses, InetAddress address) {
        return addresses.allows(address) || (spells(host, address) && Addresses.PRIVATE.allows(address));
    }

    private static boolean spells(String host, InetAddress address) {
        return host.equalsIgnoreCase("localhost")
                ? address.isLoopbackAddress()
                : address.equals(NetUtil.createInetAddressFromIpAddressString(host));
    }
}

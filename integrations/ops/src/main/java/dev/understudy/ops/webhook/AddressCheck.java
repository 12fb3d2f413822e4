package dev.understudy.ops.webhook;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Refuses connections to addresses that no receiver has: link-local ones, where clouds serve the metadata of a machine,
 * multicast and the unspecified address; and to loopback unless the URL names it. The address that is connected to is
 * checked, so that a name that resolves to another address later gains nothing.
 */
final class AddressCheck extends ChannelOutboundHandlerAdapter {

    private final String host;

    /** @param host host of the URL */
    AddressCheck(String host) {
        this.host = host;
    }

    @Override
    public void connect(
            ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        if (remote instanceof InetSocketAddress address
                && (address.getAddress() == null || !isAllowed(host, address.getAddress()))) {
            promise.setFailure(new ConnectException("a webhook is not posted to this kind of address"));
            return;
        }
        context.connect(remote, local, promise);
    }

    static boolean isAllowed(String host, InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean metadata = bytes.length == 16 // fd00:ec2::/32, where AWS serves metadata over IPv6
                && bytes[0] == (byte) 0xfd
                && bytes[1] == 0
                && bytes[2] == 0x0e
                && bytes[3] == (byte) 0xc2;
        if (address.isLinkLocalAddress() || address.isMulticastAddress() || address.isAnyLocalAddress() || metadata) {
            return false;
        }
        return !address.isLoopbackAddress() || namesLoopback(host);
    }

    private static boolean namesLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.matches("127(\\.\\d{1,3}){3}")
                || host.equals("[::1]")
                || host.equals("::1");
    }
}

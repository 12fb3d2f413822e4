package dev.understudy.ops.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.provider.endpoint.Transport.Addresses;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Webhooks connect to no metadata service and to no loopback address behind a foreign name. */
class AddressCheckTest {

    @ParameterizedTest
    @CsvSource({
        "hooks.example, 93.184.216.34, true",
        "hooks.example, 10.1.2.3, false",
        "hooks.example, 172.16.0.1, false",
        "hooks.example, 192.168.1.1, false",
        "hooks.example, 100.64.0.1, false",
        "hooks.example, fd12:3456::1, false",
        "10.1.2.3, 10.1.2.3, true",
        "10.1.2.3, 10.1.2.4, false",
        "[fd12:3456::1], fd12:3456::1, true",
        "hooks.example, 169.254.169.254, false",
        "169.254.169.254, 169.254.169.254, false",
        "hooks.example, fe80::1, false",
        "hooks.example, ::ffff:169.254.169.254, false",
        "hooks.example, fd00:ec2::254, false",
        "hooks.example, 224.0.0.1, false",
        "hooks.example, 0.0.0.0, false",
        "hooks.example, ::, false",
        "hooks.example, 127.0.0.1, false",
        "hooks.example, ::1, false",
        "127.0.0.1.nip.example, 127.0.0.1, false",
        "localhost, 127.0.0.1, true",
        "LOCALHOST, ::1, true",
        "127.0.0.2, 127.0.0.2, true",
        "[::1], ::1, true"
    })
    void addressIsAllowed(String host, String address, boolean allowed) throws Exception {
        assertThat(AddressCheck.isAllowed(host, Addresses.PUBLIC, InetAddress.getByName(address)))
                .isEqualTo(allowed);
    }

    @Test
    void addressThatIsConnectedToDecides() throws Exception {
        List<SocketAddress> connected = new ArrayList<>();
        EmbeddedChannel channel = new EmbeddedChannel(
                new ChannelOutboundHandlerAdapter() {
                    @Override
                    public void connect(
                            ChannelHandlerContext context,
                            SocketAddress remote,
                            SocketAddress local,
                            ChannelPromise promise) {
                        connected.add(remote);
                        promise.setSuccess();
                    }
                },
                new AddressCheck("hooks.example", Addresses.PUBLIC));
        InetSocketAddress good = new InetSocketAddress(InetAddress.getByName("93.184.216.34"), 443);
        InetSocketAddress rebound = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 443);
        assertThat(channel.connect(good).isSuccess()).isTrue();
        assertThat(channel.connect(rebound).isSuccess()).isFalse();
        assertThat(connected).containsExactly(good);
        channel.close();
    }
}

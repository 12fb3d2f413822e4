package dev.understudy.provider.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kinds of addresses that providers and webhooks connect to. */
class AddressesTest {

    @ParameterizedTest
    @CsvSource({
        "93.184.216.34, true, true",
        "172.15.255.255, true, true",
        "172.32.0.1, true, true",
        "100.63.255.255, true, true",
        "2606:2800:220:1::1, true, true",
        "127.0.0.1, false, true",
        "::1, false, true",
        "0.0.0.0, false, true",
        "::, false, true",
        "10.0.0.1, false, true",
        "172.16.0.1, false, true",
        "172.31.255.255, false, true",
        "192.168.0.1, false, true",
        "100.64.0.1, false, true",
        "198.18.0.1, false, true",
        "240.0.0.1, false, true",
        "fd12::1, false, true",
        "fec0::1, false, true",
        "169.254.169.254, false, false",
        "169.254.0.1, false, false",
        "fe80::1, false, false",
        "100.100.100.200, false, false",
        "168.63.129.16, false, false",
        "192.0.0.192, false, false",
        "fd00:ec2::254, false, false",
        "fd20:ce::254, false, false",
        "224.0.0.1, false, false",
        "ff02::1, false, false",
        "::ffff:169.254.169.254, false, false",
        "::ffff:10.0.0.1, false, true",
        "::169.254.169.254, false, false",
        "64:ff9b::169.254.169.254, false, false",
        "64:ff9b::10.0.0.1, false, true",
        "64:ff9b::93.184.216.34, true, true",
        "2002:a9fe:a9fe::1, false, false",
        "2002:5db8:d822::1, true, true"
    })
    void addressIsAllowed(String address, boolean publicOnly, boolean privateToo) throws Exception {
        InetAddress parsed = InetAddress.getByName(address);
        assertThat(Transport.Addresses.PUBLIC.allows(parsed)).isEqualTo(publicOnly);
        assertThat(Transport.Addresses.PRIVATE.allows(parsed)).isEqualTo(privateToo);
        assertThat(Transport.Addresses.ANY.allows(parsed)).isTrue();
    }
}

package dev.understudy.provider.endpoint;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ranges of special IP addresses, as registered by IANA (RFC 6890), and the addresses of clouds' metadata services. */
final class AddressRanges {

    private static final List<Range> METADATA = List.of(
            Range.of("100.100.100.200/32"), // Alibaba Cloud
            Range.of("168.63.129.16/32"), // Azure
            Range.of("192.0.0.192/32"), // Oracle Cloud
            Range.of("fd00:ec2::/32"), // AWS
            Range.of("fd20:ce::254/128")); // Google Cloud

    private static final List<Range> PRIVATE = List.of(
            Range.of("0.0.0.0/8"),
            Range.of("10.0.0.0/8"),
            Range.of("100.64.0.0/10"),
            Range.of("127.0.0.0/8"),
            Range.of("172.16.0.0/12"),
            Range.of("192.0.0.0/24"),
            Range.of("192.168.0.0/16"),
            Range.of("198.18.0.0/15"),
            Range.of("240.0.0.0/4"),
            Range.of("::/127"),
            Range.of("fc00::/7"),
            Range.of("fec0::/10"));

    /** Prefixes behind which an IPv4 address follows: NAT64, 6to4, IPv4-compatible. */
    private static final List<Range> EMBEDDING =
            List.of(Range.of("64:ff9b::/96"), Range.of("2002::/16"), Range.of("::/96"));

    private AddressRanges() {}

    /** Returns true for link-local addresses, multicast, and metadata services. */
    static boolean isMetadata(InetAddress address) {
        InetAddress embedded = embedded(address);
        return address.isLinkLocalAddress()
                || address.isMulticastAddress()
                || METADATA.stream().anyMatch(range -> range.contains(address))
                || (embedded != null && isMetadata(embedded));
    }

    /** Returns true for loopback, the unspecified address, and networks that the internet does not route. */
    static boolean isPrivate(InetAddress address) {
        InetAddress embedded = embedded(address);
        return PRIVATE.stream().anyMatch(range -> range.contains(address)) || (embedded != null && isPrivate(embedded));
    }

    private static @Nullable InetAddress embedded(InetAddress address) {
        byte[] bytes = address.getAddress();
        for (Range range : EMBEDDING) {
            if (range.contains(address)) {
                int from = range.bits() / 8;
                return address(Arrays.copyOfRange(bytes, from, from + 4));
            }
        }
        return null;
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("An address has 4 or 16 bytes", e);
        }
    }

    /** Addresses that begin with equal bits. */
    private record Range(InetAddress first, int bits) {

        static Range of(String text) {
            int slash = text.indexOf('/');
            try {
                return new Range(
                        InetAddress.getByName(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(text, e);
            }
        }

        boolean contains(InetAddress address) {
            if (address instanceof Inet4Address != first instanceof Inet4Address) {
                return false;
            }
            byte[] mine = first.getAddress();
            byte[] theirs = address.getAddress();
            for (int i = 0; i < bits; i++) {
                int mask = 0x80 >> (i % 8);
                if ((mine[i / 8] & mask) != (theirs[i / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}

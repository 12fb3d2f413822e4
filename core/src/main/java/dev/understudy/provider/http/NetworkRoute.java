package dev.understudy.provider.http;

import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.endpoint.Transport;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.SslProvider;
import reactor.netty.transport.AddressUtils;
import reactor.netty.transport.ProxyProvider;

/** Sets up the way of an HTTP client to its server: socket, proxy, names, TLS. */
final class NetworkRoute {

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private NetworkRoute() {}

    /** Returns the client with socket options, proxy or Unix socket and resolver, and the change of the caller. */
    static HttpClient of(HttpClient client, URI baseUrl, Transport transport) {
        Transport.Network network = transport.network();
        int connect = millis(transport.connect());
        LoopResources loops = network.netty().eventLoops();
        HttpClient timed =
                (loops == null ? client : client.runOn(loops)).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connect);
        Path socket = network.unixSocket();
        if (socket != null) {
            // A socket of this machine has neither names nor options of TCP.
            return network.netty()
                    .client()
                    .apply(timed.remoteAddress(() -> new DomainSocketAddress(socket.toString())));
        }
        HttpClient tcp = timed.option(ChannelOption.SO_KEEPALIVE, true).option(ChannelOption.TCP_NODELAY, true);
        Transport.Proxy proxy = proxy(baseUrl, transport);
        return network.netty()
                .client()
                .apply(proxy == null ? resolved(tcp, network.dns()) : proxied(tcp, proxy, connect));
    }

    /** Returns true if the server itself is connected to, not a proxy. */
    static boolean isDirect(URI baseUrl, Transport transport) {
        return transport.network().unixSocket() != null || proxy(baseUrl, transport) == null;
    }

    private static Transport.@Nullable Proxy proxy(URI baseUrl, Transport transport) {
        return ProxyRoute.of(transport.network().proxy(), baseUrl, System::getProperty, System::getenv);
    }

    private static HttpClient proxied(HttpClient client, Transport.Proxy proxy, int connect) {
        return client.proxy(spec -> {
            ProxyProvider.Builder builder = spec.type(type(proxy.kind()))
                    .host(proxy.host())
                    .port(proxy.port())
                    .connectTimeoutMillis(connect);
            String user = proxy.user();
            Secret password = proxy.password();
            if (user != null) {
                builder.username(user).password(name -> password == null ? "" : password.reveal());
            }
        });
    }

    private static ProxyProvider.Proxy type(Transport.Proxy.Kind kind) {
        return switch (kind) {
            case SOCKS4 -> ProxyProvider.Proxy.SOCKS4;
            case SOCKS5 -> ProxyProvider.Proxy.SOCKS5;
            case HTTP, SYSTEM, NONE -> ProxyProvider.Proxy.HTTP;
        };
    }

    /** The default is the resolver that all clients of the process share. */
    private static HttpClient resolved(HttpClient client, Transport.Dns dns) {
        if (dns.jvm()) {
            return client.resolver(DefaultAddressResolverGroup.INSTANCE);
        }
        if (dns.equals(Transport.Dns.defaults())) {
            return client;
        }
        return client.resolver(spec -> {
            spec.queryTimeout(dns.timeout());
            if (!dns.maxTtl().isZero()) {
                spec.cacheMaxTimeToLive(dns.maxTtl());
            }
        });
    }

    /** Returns the client with trusted certificates, client certificate and server name, where they are set. */
    static HttpClient secured(HttpClient client, boolean http2, Transport transport) {
        TrustManagerFactory trust = transport.tlsTrust().trustManagerFactory();
        Transport.ClientCertificate own = transport.network().certificate();
        String serverName = transport.network().serverName();
        if (trust == null && own == null && serverName == null) {
            return client;
        }
        return client.secure(tls -> {
            SslProvider.Builder builder = tls.sslContext(context(http2, trust, own));
            if (serverName != null) {
                builder.serverNames(new SNIHostName(serverName));
            }
        });
    }

    /**
     * Returns the client with the address and the scheme of the server, so that requests state their path only and their URL
     * is not parsed for each of them.
     */
    static HttpClient to(URI baseUrl, HttpClient client, Transport transport) {
        HttpClient schemed =
                !isSecure(baseUrl) ? client.noSSL() : client.configuration().isSecure() ? client : client.secure();
        HttpClient plain = schemed.configuration().baseUrl() == null ? schemed : schemed.baseUrl("");
        if (transport.network().unixSocket() != null) {
            return plain;
        }
        InetSocketAddress address = address(baseUrl);
        return plain.remoteAddress(() -> address);
    }

    /** Returns true for https. */
    static boolean isSecure(URI baseUrl) {
        return "https".equalsIgnoreCase(baseUrl.getScheme());
    }

    /** Returns the address of the server, whose name is resolved for each connection. */
    private static InetSocketAddress address(URI baseUrl) {
        String host = baseUrl.getHost();
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        int usual = isSecure(baseUrl) ? HTTPS_PORT : HTTP_PORT;
        int port = baseUrl.getPort() >= 0 ? baseUrl.getPort() : usual;
        return AddressUtils.createUnresolved(bracketed ? host.substring(1, host.length() - 1) : host, port);
    }

    /** Returns the header field Host: the port is left out where it is the usual one. */
    static String host(URI baseUrl) {
        InetSocketAddress address = address(baseUrl);
        String host = HttpUtil.formatHostnameForHttp(address);
        int port = address.getPort();
        return port == HTTP_PORT || port == HTTPS_PORT ? host : host + ":" + port;
    }

    private static SslProvider.GenericSslContextSpec<SslContextBuilder> context(
            boolean http2, @Nullable TrustManagerFactory trust, Transport.@Nullable ClientCertificate own) {
        Consumer<SslContextBuilder> settings = context -> {
            if (trust != null) {
                context.trustManager(trust);
            }
            if (own != null) {
                context.keyManager(own.key(), own.chain().toArray(new X509Certificate[0]));
            }
        };
        return http2
                ? Http2SslContextSpec.forClient().configure(settings)
                : Http11SslContextSpec.forClient().configure(settings);
    }

    private static int millis(Duration connect) {
        return (int) Math.min(Integer.MAX_VALUE, connect.toMillis());
    }
}

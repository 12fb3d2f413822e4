package dev.understudy.provider.http;

import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.endpoint.Transport.Proxy;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Selects the proxy on the way to one server. Pure: properties and environment are inputs. */
final class ProxyRoute {

    /** Hosts that the JDK reaches directly unless {@code http.nonProxyHosts} is set. */
    private static final String DIRECT = "localhost|127.*|[::1]";

    private static final Pattern ADDRESS_RANGE = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)\\.(\\d+)(?:/(\\d{1,2}))?");

    private ProxyRoute() {}

    /**
     * Returns the proxy to use, never of kind SYSTEM or NONE; null to connect directly.
     *
     * @param property value of a property of the JVM
     * @param variable value of a variable of the environment
     * @throws IllegalArgumentException if the environment names a proxy that is not supported; the message contains no
     *     password
     */
    static @Nullable Proxy of(
            Proxy proxy,
            URI server,
            UnaryOperator<@Nullable String> property,
            UnaryOperator<@Nullable String> variable) {
        return switch (proxy.kind()) {
            case NONE -> null;
            case SYSTEM -> Endpoint.isLoopback(server.getHost()) ? null : system(server, property, variable);
            case HTTP, SOCKS4, SOCKS5 -> isExcepted(server, proxy.except()) ? null : proxy;
        };
    }

    private static @Nullable Proxy system(
            URI server, UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {
        boolean tls = isTls(server);
        String prefix = tls ? "https." : "http.";
        String host = given(property.apply(prefix + "proxyHost"));
        if (host != null) {
            String direct = property.apply("http.nonProxyHosts");
            return isNonProxyHost(server, direct == null ? DIRECT : direct)
                    ? null
                    : proxy(
                            Proxy.Kind.HTTP,
                            host,
                            port(property.apply(prefix + "proxyPort"), tls ? 443 : 80),
                            first(property, prefix + "proxyUser", "http.proxyUser"),
                            first(property, prefix + "proxyPassword", "http.proxyPassword"));
        }
        String socks = given(property.apply("socksProxyHost"));
        if (socks != null) {
            String direct = property.apply("socksNonProxyHosts");
            Proxy.Kind kind = "4".equals(property.apply("socksProxyVersion")) ? Proxy.Kind.SOCKS4 : Proxy.Kind.SOCKS5;
            return isNonProxyHost(server, direct == null ? DIRECT : direct)
                    ? null
                    : proxy(
                            kind,
                            socks,
                            port(property.apply("socksProxyPort"), 1080),
                            property.apply("java.net.socks.username"),
                            property.apply("java.net.socks.password"));
        }
        return environment(server, tls, variable);
    }

    private static @Nullable Proxy environment(URI server, boolean tls, UnaryOperator<@Nullable String> variable) {
        String except = first(variable, "no_proxy", "NO_PROXY");
        if (except != null && isExcepted(server, List.of(except.split("[,\\s]+")))) {
            return null;
        }
        // In a CGI process HTTP_PROXY is a header field of the request.
        boolean cgi = given(variable.apply("REQUEST_METHOD")) != null;
        String url = tls
                ? first(variable, "https_proxy", "HTTPS_PROXY")
                : first(variable, "http_proxy", cgi ? "http_proxy" : "HTTP_PROXY");
        url = url != null ? url : first(variable, "all_proxy", "ALL_PROXY");
        return url == null ? null : Proxy.of(url);
    }

    private static Proxy proxy(
            Proxy.Kind kind, String host, int port, @Nullable String user, @Nullable String password) {
        String secret = given(password);
        return new Proxy(kind, host.strip(), port, user, secret == null ? null : Secret.of(secret), List.of());
    }

    /** Returns true if the host matches a pattern of {@code http.nonProxyHosts}. */
    private static boolean isNonProxyHost(URI server, String patterns) {
        String host = server.getHost().toLowerCase(Locale.ROOT);
        return Arrays.stream(patterns.split("\\|")).anyMatch(pattern -> matches(pattern.strip(), host));
    }

    private static boolean isExcepted(URI server, List<String> hosts) {
        return hosts.stream().anyMatch(each -> isExcepted(server, each.strip().toLowerCase(Locale.ROOT)));
    }

    private static boolean isExcepted(URI server, String entry) {
        String host = server.getHost().toLowerCase(Locale.ROOT);
        int colon = entry.startsWith("[") || entry.indexOf(':') != entry.lastIndexOf(':') ? -1 : entry.indexOf(':');
        String name = colon < 0 ? entry : entry.substring(0, colon);
        int port = server.getPort() > 0 ? server.getPort() : isTls(server) ? 443 : 80;
        if (name.isEmpty() || (colon >= 0 && !entry.substring(colon + 1).equals(String.valueOf(port)))) {
            return false;
        }
        if (name.indexOf('/') > 0) {
            return isWithin(host, name);
        }
        String domain = name.startsWith("*.") ? name.substring(1) : name;
        return domain.indexOf('*') >= 0
                ? matches(domain, host)
                : host.equals(domain.startsWith(".") ? domain.substring(1) : domain)
                        || host.endsWith(domain.startsWith(".") ? domain : "." + domain);
    }

    private static boolean matches(String pattern, String host) {
        return !pattern.isEmpty()
                && host.matches(("\\Q" + pattern.toLowerCase(Locale.ROOT) + "\\E").replace("*", "\\E.*\\Q"));
    }

    /** Returns true if the host is an IPv4 address in a range such as {@code 10.0.0.0/8}. */
    private static boolean isWithin(String host, String range) {
        Matcher of = ADDRESS_RANGE.matcher(range);
        Matcher at = ADDRESS_RANGE.matcher(host);
        if (!of.matches() || !at.matches() || at.group(5) != null) {
            return false;
        }
        int bits = Math.min(32, Integer.parseInt(of.group(5)));
        long mask = bits == 0 ? 0 : -1L << (32 - bits);
        return (address(of) & mask) == (address(at) & mask);
    }

    private static long address(MatchResult parts) {
        long address = 0;
        for (int i = 1; i <= 4; i++) {
            address = address << 8 | (Long.parseLong(parts.group(i)) & 0xFF);
        }
        return address;
    }

    private static boolean isTls(URI server) {
        return "https".equalsIgnoreCase(server.getScheme());
    }

    /** Returns a value that is not blank; null for others. */
    private static @Nullable String given(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }

    private static @Nullable String first(UnaryOperator<@Nullable String> source, String name, String otherName) {
        String value = given(source.apply(name));
        return value != null ? value : given(source.apply(otherName));
    }

    private static int port(@Nullable String text, int assumed) {
        return text != null && text.matches("\\d{1,5}") ? Integer.parseInt(text) : assumed;
    }
}

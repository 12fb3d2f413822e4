package dev.understudy.provider.endpoint;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * URL of a proxy. No message repeats a password.
 *
 * @param scheme http, socks4 or socks5
 */
record ProxyUrl(
        String scheme,
        String host,
        int port,
        @Nullable String user,
        @Nullable Secret password) {

    private static final int HTTP_PORT = 80;
    private static final int SOCKS_PORT = 1080;

    static ProxyUrl parse(String text) {
        URI url = url(text.strip());
        String scheme =
                switch (url.getScheme().toLowerCase(Locale.ROOT)) {
                    case "http" -> "http";
                    case "socks4", "socks4a" -> "socks4";
                    case "socks", "socks5", "socks5h" -> "socks5";
                    default ->
                        throw new IllegalArgumentException("A proxy with the scheme '" + url.getScheme()
                                + "' is not supported; http, socks4 and socks5 are");
                };
        if (url.getHost() == null) {
            throw new IllegalArgumentException("The URL of the proxy has no host: is it http://host:port?");
        }
        String[] user = url.getRawUserInfo() == null
                ? new String[0]
                : url.getRawUserInfo().split(":", 2);
        String password = user.length > 1 ? decoded(user[1]) : "";
        int usual = scheme.equals("http") ? HTTP_PORT : SOCKS_PORT;
        return new ProxyUrl(
                scheme,
                url.getHost(),
                url.getPort() > 0 ? url.getPort() : usual,
                user.length > 0 ? decoded(user[0]) : null,
                password.isEmpty() ? null : Secret.of(password));
    }

    private static URI url(String text) {
        try {
            return new URI(text.contains("://") ? text : "http://" + text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("The URL of the proxy cannot be read: is it http://host:port?");
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}

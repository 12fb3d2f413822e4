package dev.understudy.gateway;

import dev.understudy.gateway.json.BadRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Decides by the head of a request which client may use a route. Clients with many refused requests get 429 for the rest of
 * a minute: by address without a valid token, by token and address with one. Thread-safe.
 */
final class AccessCheck {

    private static final String LOOPBACK_NAME = "localhost|127(\\.\\d{1,3}){3}|\\[::1]";

    private final List<String> tokens;
    private final OperatorTokens operators;
    private final RefusalThrottle tokenThrottle;
    private final RefusalThrottle rejectThrottle;

    /**
     * @param token tokens of clients, separated by commas; {@code null} for none
     * @throws IllegalArgumentException if the text contains no token
     */
    AccessCheck(@Nullable String token, OperatorTokens operators, GatewayLimits limits) {
        this.tokens = token == null ? List.of() : tokens(token);
        this.operators = operators;
        this.tokenThrottle = new RefusalThrottle(limits.refusals(), System::nanoTime);
        this.rejectThrottle = new RefusalThrottle(limits.rejects(), System::nanoTime);
    }

    private static List<String> tokens(String token) {
        List<String> tokens = Arrays.stream(token.split(","))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
        if (tokens.isEmpty()) {
            throw new IllegalArgumentException("GATEWAY_TOKEN contains no token");
        }
        return tokens;
    }

    /** Throws a {@link BadRequest} for a request that is not to be served. */
    void check(Access access, HttpServerRequest request, HttpServerResponse response) {
        HttpHeaders headers = request.requestHeaders();
        if (access == Access.OPEN) {
            return;
        }
        if (tokens.isEmpty()) {
            checkPage(request, headers);
        }
        boolean admitted = access == Access.CLIENTS
                ? tokens.isEmpty() || key(headers) >= 0
                : (operators.read() == null && operators.write() == null)
                        || isToken(headers, operators.read())
                        || isToken(headers, operators.write());
        if (!admitted) {
            throttle(tokenThrottle, address(request), "Too many requests with a wrong token");
            response.header(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
            throw BadRequest.request(401, "invalid_api_key", "Send the gateway's token as \"Authorization: Bearer …\"");
        }
        if (access == Access.CLIENTS) {
            throttle(rejectThrottle, client(request), "Too many invalid, too large or too slow requests");
        }
    }

    /** Counts a refusal. Limits of the gateway and refused origins are not counted against the client. */
    void refused(Access access, HttpServerRequest request, int status) {
        if (status == 401) {
            tokenThrottle.refused(address(request));
        } else if (access == Access.CLIENTS && (status == 400 || status == 408 || status == 413)) {
            rejectThrottle.refused(client(request));
        }
    }

    private static void throttle(RefusalThrottle throttle, String client, String message) {
        Duration delay = throttle.delay(client);
        if (delay != null) {
            throw BadRequest.later(429, "too_many_refusals", message, delay);
        }
    }

    /** A key may be used at many addresses, and an address may be that of a proxy: refusals count for both together. */
    private String client(HttpServerRequest request) {
        return key(request.requestHeaders()) + " " + address(request);
    }

    /** Returns the number of the client's token; -1 without a valid one. */
    private int key(HttpHeaders headers) {
        int found = -1;
        for (int i = 0; i < tokens.size(); i++) {
            found = isToken(headers, tokens.get(i)) ? i : found;
        }
        return found;
    }

    /** Refuses requests that a web page can make: of another host name, of another origin, or with a form's type. */
    private static void checkPage(HttpServerRequest request, HttpHeaders headers) {
        String host = headers.get(HttpHeaderNames.HOST, "").toLowerCase(Locale.ROOT);
        if (headers.getAll(HttpHeaderNames.HOST).size() > 1
                || !host.replaceFirst(":\\d*$", "").matches(LOOPBACK_NAME)) {
            throw BadRequest.request(421, "unknown_host", "Without a token only this machine is served, by its name");
        }
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
            throw BadRequest.request(403, "forbidden_origin", "Without a token no web page is served");
        }
        String type = headers.get(HttpHeaderNames.CONTENT_TYPE, "")
                .replaceFirst(";.*", "")
                .strip();
        if (request.method().equals(HttpMethod.POST) && !type.equalsIgnoreCase("application/json")) {
            throw BadRequest.request(415, "unsupported_media_type", "The body has to be application/json");
        }
    }

    /** Compares in constant time. */
    private static boolean isToken(HttpHeaders headers, @Nullable String expected) {
        String shown = headers.get(HttpHeaderNames.AUTHORIZATION);
        return expected != null && shown != null && MessageDigest.isEqual(digest("Bearer " + expected), digest(shown));
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private static String address(HttpServerRequest request) {
        InetSocketAddress remote = request.remoteAddress();
        return remote == null || remote.getAddress() == null
                ? ""
                : remote.getAddress().getHostAddress();
    }
}

package dev.understudy.gateway;

import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.key.ClientKey;
import dev.understudy.gateway.key.ClientKeys;
import dev.understudy.gateway.key.Sha256;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Decides by the head of a request which client may use a route. Clients with many refused requests get 429 for the rest of
 * a minute: by address without a valid token, by token and address with one. Thread-safe.
 */
final class AccessCheck {

    private static final String BEARER = "Bearer ";
    private static final String LOOPBACK_NAME = "localhost|127(\\.\\d{1,3}){3}|\\[::1]";

    private final ClientKeys keys;
    private final Cors cors;
    private final OperatorTokens operators;
    private final RefusalThrottle tokenThrottle;
    private final RefusalThrottle rejectThrottle;

    AccessCheck(ClientKeys keys, OperatorTokens operators, Cors cors, GatewayLimits limits) {
        this.keys = keys;
        this.cors = cors;
        this.operators = operators;
        this.tokenThrottle = new RefusalThrottle(limits.refusals(), System::nanoTime);
        this.rejectThrottle = new RefusalThrottle(limits.rejects(), System::nanoTime);
    }

    /**
     * Returns the key of the client; {@code null} if it needs none. Throws a {@link BadRequest} for a request that is not to be
     * served.
     */
    @Nullable
    ClientKey check(Access access, HttpServerRequest request, HttpServerResponse response) {
        if (access == Access.OPEN) {
            return null;
        }
        boolean open = keys.isEmpty();
        if (open) {
            checkPage(request);
        }
        ClientKey key = access == Access.CLIENTS ? key(request) : null;
        boolean admitted = access == Access.CLIENTS ? open || key != null : isOperator(request.requestHeaders());
        if (!admitted) {
            throttle(tokenThrottle, address(request), "Too many requests with a wrong token");
            response.header(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
            throw BadRequest.request(401, "invalid_api_key", "Send the gateway's token as \"Authorization: Bearer …\"");
        }
        if (access == Access.CLIENTS) {
            throttle(rejectThrottle, client(key, request), "Too many invalid, too large or too slow requests");
        }
        return key;
    }

    private boolean isOperator(HttpHeaders headers) {
        return (operators.read() == null && operators.write() == null)
                || isToken(headers, operators.read())
                || isToken(headers, operators.write());
    }

    /** Counts a refusal. Limits of the gateway and refused origins are not counted against the client. */
    void refused(Access access, HttpServerRequest request, int status) {
        if (status == 401) {
            tokenThrottle.refused(address(request));
        } else if (access == Access.CLIENTS && (status == 400 || status == 408 || status == 413)) {
            rejectThrottle.refused(client(key(request), request));
        }
    }

    private static void throttle(RefusalThrottle throttle, String client, String message) {
        Duration delay = throttle.delay(client);
        if (delay != null) {
            throw BadRequest.later(429, "too_many_refusals", message, delay);
        }
    }

    /** A key may be used at many addresses, and an address may be that of a proxy: refusals count for both together. */
    private static String client(@Nullable ClientKey key, HttpServerRequest request) {
        return (key == null ? "" : key.name()) + " " + address(request);
    }

    private @Nullable ClientKey key(HttpServerRequest request) {
        return keys.find(secret(request.requestHeaders()));
    }

    /** Returns the key as clients of OpenAI or of Anthropic send it. */
    private static @Nullable String secret(HttpHeaders headers) {
        String shown = headers.get(HttpHeaderNames.AUTHORIZATION);
        return shown != null && shown.startsWith(BEARER) ? shown.substring(BEARER.length()) : headers.get("x-api-key");
    }

    /** Refuses requests that a web page can make: of another host name, of another origin, or with a form's type. */
    private void checkPage(HttpServerRequest request) {
        HttpHeaders headers = request.requestHeaders();
        String host = headers.get(HttpHeaderNames.HOST, "").toLowerCase(Locale.ROOT);
        if (headers.getAll(HttpHeaderNames.HOST).size() > 1
                || !host.replaceFirst(":\\d*$", "").matches(LOOPBACK_NAME)) {
            throw BadRequest.request(421, "unknown_host", "Without a token only this machine is served, by its name");
        }
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        if (origin != null && !origin.equalsIgnoreCase("http://" + host) && !cors.names(origin)) {
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
        return expected != null
                && shown != null
                && MessageDigest.isEqual(Sha256.of(BEARER + expected), Sha256.of(shown));
    }

    private static String address(HttpServerRequest request) {
        InetSocketAddress remote = request.remoteAddress();
        return remote == null || remote.getAddress() == null
                ? ""
                : remote.getAddress().getHostAddress();
    }
}

package dev.understudy.gateway;

import dev.understudy.gateway.json.BadRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Cross-origin requests of web pages to the routes of clients.
 *
 * @param origins allowed origins, {@code https://app.example.com}; "*" for any
 */
record Cors(List<String> origins) {

    /** Without web pages of other origins. */
    static final Cors NONE = new Cors(List.of());

    private static final String EXPOSED =
            "retry-after, x-request-id, request-id, x-should-retry, x-understudy-provider, "
                    + "x-understudy-model, x-understudy-attempts, x-understudy-stream";

    /**
     * Reads origins that are separated by commas.
     *
     * @throws IllegalArgumentException if one of them is no origin
     */
    static Cors of(String text) {
        List<String> origins = Arrays.stream(text.split(","))
                .map(origin -> origin.strip().toLowerCase(Locale.ROOT))
                .filter(origin -> !origin.isEmpty())
                .toList();
        for (String origin : origins) {
            if (!origin.equals("*") && !origin.matches("https?://[a-z0-9.:\\[\\]-]+")) {
                throw new IllegalArgumentException(
                        "--cors-origins has an entry that is no origin: write https://app.example.com, or * for any");
            }
        }
        return new Cors(origins);
    }

    boolean allows(@Nullable String origin) {
        return origin != null && (origins.contains("*") || origins.contains(origin.toLowerCase(Locale.ROOT)));
    }

    /** Returns true if only this origin is meant, not any. */
    boolean names(@Nullable String origin) {
        return origin != null && origins.contains(origin.toLowerCase(Locale.ROOT));
    }

    /** Lets the page of an allowed origin read the response. */
    void apply(HttpServerRequest request, HttpServerResponse response) {
        String origin = request.requestHeaders().get(HttpHeaderNames.ORIGIN);
        if (origins.isEmpty()) {
            return;
        }
        response.addHeader(HttpHeaderNames.VARY, "Origin");
        if (origin != null && allows(origin)) {
            response.header(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                    .header(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }

    /** Returns true for the question of a browser whether a page may send a request to a route of clients. */
    boolean isPreflight(HttpServerRequest request) {
        HttpHeaders headers = request.requestHeaders();
        return !origins.isEmpty()
                && request.method().equals(HttpMethod.OPTIONS)
                && HttpBodies.path(request).startsWith("v1/")
                && headers.contains(HttpHeaderNames.ORIGIN)
                && headers.contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
    }

    Mono<Void> preflight(HttpServerRequest request, HttpServerResponse response) {
        if (!allows(request.requestHeaders().get(HttpHeaderNames.ORIGIN))) {
            return Mono.error(BadRequest.request(403, "forbidden_origin", "Pages of this origin are not served"));
        }
        String fields = request.requestHeaders().get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
        response.status(204)
                .header(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST")
                .header(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, "600");
        if (fields != null) {
            response.header(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, HttpBodies.printable(fields));
        }
        return response.send();
    }
}

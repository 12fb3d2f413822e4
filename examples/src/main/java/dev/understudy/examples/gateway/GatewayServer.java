package dev.understudy.examples.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The HTTP server with {@code /v1/chat/completions} and {@code /v1/models}.
 *
 * @param host address to listen on; loopback by default
 * @param port 0 for any free port
 * @param token bearer token of clients; {@code null} for none
 */
record GatewayServer(String host, int port, @Nullable String token) {

    static final String LOOPBACK = "127.0.0.1";

    private static final Duration START = Duration.ofSeconds(10);

    /** @param more further routes */
    DisposableServer start(ModelDirectory modelDirectory, Consumer<HttpServerRoutes> more) {
        return HttpServer.create()
                .host(host)
                .port(port)
                .route(routes -> {
                    routes.post("/v1/chat/completions", guarded(new ChatRoute(modelDirectory)));
                    routes.get(
                            "/v1/models",
                            guarded((body, request, response) ->
                                    HttpBodies.json(response, 200, models(modelDirectory))));
                    more.accept(routes);
                    lost(routes);
                })
                .bindNow(START);
    }

    private BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> guarded(HttpBodies.Route route) {
        return HttpBodies.route((body, request, response) -> {
            if (isWelcome(request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION))) {
                return route.answer(body, request, response);
            }
            response.header(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
            return HttpBodies.problem(
                    response,
                    BadRequest.request(
                            401, "invalid_api_key", "Send the gateway's token as \"Authorization: Bearer …\""));
        });
    }

    /** Compares in constant time. */
    private boolean isWelcome(@Nullable String shown) {
        return token == null || (shown != null && MessageDigest.isEqual(digest("Bearer " + token), digest(shown)));
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private static String models(ModelDirectory modelDirectory) {
        ObjectNode body = JsonFields.JSON.createObjectNode();
        body.put("object", "list");
        ArrayNode data = body.putArray("data");
        modelDirectory.chains().get().forEach(name -> data.addObject()
                .put("id", name)
                .put("object", "model")
                .put("created", 0)
                .put("owned_by", "understudy"));
        return body.toString();
    }

    /** Answers requests that match no other route. */
    private static void lost(HttpServerRoutes routes) {
        routes.route(request -> true, HttpBodies.route((body, request, response) -> {
            HttpMethod expected = method(request.path());
            if (expected == null || expected.equals(request.method())) {
                String message = "There is nothing at /" + request.path();
                return HttpBodies.problem(response, BadRequest.request(404, "not_found", message));
            }
            response.header(HttpHeaderNames.ALLOW, expected.name());
            String message = "/" + request.path() + " wants " + expected + ", not " + request.method();
            return HttpBodies.problem(response, BadRequest.request(405, "method_not_allowed", message));
        }));
    }

    private static @Nullable HttpMethod method(String path) {
        return switch (path) {
            case "v1/chat/completions" -> HttpMethod.POST;
            case "v1/models" -> HttpMethod.GET;
            default -> null;
        };
    }
}

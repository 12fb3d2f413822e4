package dev.understudy.gateway;

import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.key.ClientKeys;
import dev.understudy.gateway.key.KeySpec;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRoutes;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The HTTP server with {@code /v1/chat/completions} and {@code /v1/models}.
 *
 * @param host address to listen on; loopback by default
 * @param port 0 for any free port
 * @param token bearer token of clients; {@code null} for none
 * @param limits limits of connections, calls and times
 * @param tls certificate; {@code null} for plain HTTP
 */
record GatewayServer(
        String host,
        int port,
        @Nullable String token,
        GatewayLimits limits,
        @Nullable Tls tls) {

    GatewayServer(String host, int port, @Nullable String token) {
        this(host, port, token, GatewayLimits.defaults(), null);
    }

    static final String LOOPBACK = "127.0.0.1";

    private static final int SEND_BUFFER = 64 << 10;
    private static final Duration START = Duration.ofSeconds(10);

    /** @param more further routes */
    DisposableServer start(ModelDirectory modelDirectory, Consumer<HttpServerRoutes> more) {
        List<KeySpec> keys = token == null ? List.of() : ClientKeys.tokens(token);
        Admission admission = new Admission(
                ClientKeys.of(keys), OperatorTokens.NONE, Cors.NONE, KeyAccounts.PLAIN, limits, status -> {});
        return start(modelDirectory, admission, more);
    }

    /** @param more further routes */
    DisposableServer start(ModelDirectory modelDirectory, Admission admission, Consumer<HttpServerRoutes> more) {
        HttpServer plain = HttpServer.create();
        return (tls == null ? plain : plain.secure(spec -> spec.sslContext(tls.context())))
                .host(host)
                .port(port)
                // a client that reads slowly holds back the provider's stream early: its text so far is kept for
                // continuations
                .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER)
                .doOnChannelInit((observer, channel, remote) -> admission.install(channel))
                .route(routes -> {
                    routes.post(
                            "/v1/chat/completions",
                            admission.route(Access.CLIENTS, new ChatRoute(modelDirectory, admission.cut())));
                    routes.get(
                            "/v1/models",
                            admission.route(
                                    Access.CLIENTS,
                                    (body, request, response) ->
                                            HttpBodies.json(response, 200, models(modelDirectory))));
                    more.accept(routes);
                    lost(admission, routes);
                })
                .bindNow(START);
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
    private static void lost(Admission admission, HttpServerRoutes routes) {
        routes.route(request -> true, admission.route(Access.CLIENTS, (body, request, response) -> {
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

package dev.understudy.gateway;

import dev.understudy.gateway.completions.CompletionsProtocol;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.key.ClientKeys;
import dev.understudy.gateway.key.KeySpec;
import dev.understudy.gateway.messages.MessagesProtocol;
import dev.understudy.gateway.responses.ResponsesProtocol;
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

/**
 * The HTTP server with the APIs that clients speak.
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

    private static final String COMPLETIONS = "v1/chat/completions";
    private static final String RESPONSES = "v1/responses";
    private static final String MESSAGES = "v1/messages";
    private static final String COUNT_TOKENS = "v1/messages/count_tokens";
    private static final String MODELS = "v1/models";
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
        return start(modelDirectory, admission, null, more);
    }

    /**
     * @param keptCalls keeps streams; {@code null} if they end with their connections
     * @param more further routes
     */
    DisposableServer start(
            ModelDirectory modelDirectory,
            Admission admission,
            @Nullable KeptCalls keptCalls,
            Consumer<HttpServerRoutes> more) {
        HttpServer plain = HttpServer.create();
        return (tls == null ? plain : plain.secure(spec -> spec.sslContext(tls.context())))
                .host(host)
                .port(port)
                // a client that reads slowly holds back the provider's stream early: its text so far is kept for
                // continuations
                .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER)
                .doOnChannelInit((observer, channel, remote) -> admission.install(channel))
                .route(routes -> {
                    calls(modelDirectory, admission, keptCalls, routes);
                    models(modelDirectory, admission, routes);
                    more.accept(routes);
                    lost(admission, routes);
                })
                .bindNow(START);
    }

    private static void calls(
            ModelDirectory modelDirectory,
            Admission admission,
            @Nullable KeptCalls keptCalls,
            HttpServerRoutes routes) {
        for (KeptApi api : List.of(
                new KeptApi(COMPLETIONS, new CompletionsProtocol(), "chatcmpl-", ""),
                new KeptApi(RESPONSES, new ResponsesProtocol(), "resp_", "?stream=true"),
                new KeptApi(MESSAGES, new MessagesProtocol(), "msg_", ""))) {
            CallRoute callRoute = new CallRoute(api, modelDirectory, keptCalls, admission.cut());
            routes.post("/" + api.path(), admission.route(Access.CLIENTS, callRoute));
            if (keptCalls != null) {
                KeptRoute keptRoute = new KeptRoute(api, keptCalls, admission.cut());
                routes.get("/" + api.path() + "/{id}", admission.route(Access.CLIENTS, keptRoute));
            }
        }
        routes.post("/" + COUNT_TOKENS, admission.route(Access.CLIENTS, (body, request, response) -> {
            JsonFields fields = JsonFields.of(body);
            modelDirectory.choose(fields.text("model"));
            return HttpBodies.json(response, 200, MessagesProtocol.countTokens(fields, request.requestHeaders()));
        }));
    }

    private static void models(ModelDirectory modelDirectory, Admission admission, HttpServerRoutes routes) {
        ModelRoutes modelRoutes = new ModelRoutes(modelDirectory);
        routes.get("/" + MODELS, admission.route(Access.CLIENTS, modelRoutes::list));
        routes.get("/" + MODELS + "/{id}", admission.route(Access.CLIENTS, modelRoutes::one));
    }

    /** Answers requests that match no other route. */
    private static void lost(Admission admission, HttpServerRoutes routes) {
        routes.route(request -> true, admission.route(Access.CLIENTS, (body, request, response) -> {
            String path = HttpBodies.path(request);
            HttpMethod expected = method(path);
            if (expected == null || expected.equals(request.method())) {
                String message = "There is nothing at /" + path;
                return HttpBodies.problem(response, BadRequest.request(404, "not_found", message));
            }
            response.header(HttpHeaderNames.ALLOW, expected.name());
            String message = "/" + path + " wants " + expected + ", not " + request.method();
            return HttpBodies.problem(response, BadRequest.request(405, "method_not_allowed", message));
        }));
    }

    private static @Nullable HttpMethod method(String path) {
        return switch (path) {
            case COMPLETIONS, RESPONSES, MESSAGES, COUNT_TOKENS -> HttpMethod.POST;
            case MODELS -> HttpMethod.GET;
            default -> null;
        };
    }
}

package dev.understudy.gateway;

import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** A server of Chat Completions that streams the tokens of a publisher, each when the client has demand. */
final class TokenUpstream implements AutoCloseable {

    private final DisposableServer server;
    private final AtomicInteger calls = new AtomicInteger();

    private TokenUpstream(Flux<String> tokens) {
        Flux<String> events = Flux.concat(
                tokens.map(token -> event("{\"content\":\"" + token + "\"}", "null")),
                Flux.just(event("{}", "\"stop\""), "data: [DONE]\n\n"));
        this.server = HttpServer.create()
                .host(GatewayServer.LOOPBACK)
                .port(0)
                .handle((request, response) -> request.receive().then(Mono.defer(() -> {
                    calls.incrementAndGet();
                    return response.sse()
                            .sendString(events, java.nio.charset.StandardCharsets.UTF_8)
                            .then();
                })))
                .bindNow();
    }

    /** @param tokens subscribed to by each call; texts without characters that JSON escapes */
    static TokenUpstream of(Flux<String> tokens) {
        return new TokenUpstream(tokens);
    }

    static String event(String delta, String finish) {
        return "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m1\",\"choices\":[{\"index\":0,"
                + "\"delta\":" + delta + ",\"finish_reason\":" + finish + "}]}\n\n";
    }

    String url() {
        return "http://" + GatewayServer.LOOPBACK + ":" + server.port() + "/v1";
    }

    /** Returns the number of calls whose request was received. */
    int calls() {
        return calls.get();
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}

package dev.understudy.examples.gateway;

import dev.understudy.CircuitState;
import dev.understudy.Standing;
import dev.understudy.Understudy;
import dev.understudy.ops.Agents;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;
import tools.jackson.databind.node.ObjectNode;

/** {@code /healthz}, {@code /readyz} and {@code /metrics}. None of them tells a secret, so none of them asks for one. */
record Operations(Agents agents, PrometheusMeterRegistry registry) implements Consumer<HttpServerRoutes> {

    private static final String FORM = "text/plain; version=0.0.4; charset=utf-8";

    @Override
    public void accept(HttpServerRoutes routes) {
        routes.get(
                "/healthz",
                Bodies.route((body, request, response) -> Bodies.json(response, 200, "{\"status\":\"up\"}")));
        routes.get("/readyz", Bodies.route((body, request, response) -> ready(response)));
        routes.get("/metrics", Bodies.route((body, request, response) -> metrics(response)));
    }

    /** Ready as long as every chain has somebody who can be asked. */
    private Mono<Void> ready(HttpServerResponse response) {
        ObjectNode body = Fields.JSON.createObjectNode();
        ObjectNode chains = body.putObject("chains");
        boolean all = true;
        for (String id : agents.ids()) {
            Understudy door = agents.door(id);
            boolean ready = door != null && door.control().status().stream().anyMatch(Operations::canBeAsked);
            chains.put(id, ready ? "ready" : "nobody can be asked");
            all &= ready;
        }
        body.put("status", all ? "ready" : "not ready");
        return Bodies.json(response, all ? 200 : 503, body.toString());
    }

    private static boolean canBeAsked(Standing standing) {
        boolean shut = !standing.circuits().isEmpty()
                && standing.circuits().values().stream()
                        .allMatch(state -> state == CircuitState.OPEN || state == CircuitState.FORCED_OPEN);
        return standing.status() != Standing.Status.UNHEALTHY && !shut;
    }

    /** A scrape of many meters takes a moment: not on an event loop. */
    private Mono<Void> metrics(HttpServerResponse response) {
        return Mono.fromCallable(registry::scrape)
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(text -> response.header(HttpHeaderNames.CONTENT_TYPE, FORM)
                        .sendString(Mono.just(text))
                        .then());
    }
}

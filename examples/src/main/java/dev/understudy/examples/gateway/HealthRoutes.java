package dev.understudy.examples.gateway;

import dev.understudy.Understudy;
import dev.understudy.event.ProviderStatus;
import dev.understudy.ops.agent.Agents;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;
import tools.jackson.databind.node.ObjectNode;

/** {@code /healthz}, {@code /readyz} and {@code /metrics}. None of them tells a secret, so none of them asks for one. */
record HealthRoutes(Agents agents, PrometheusMeterRegistry registry) implements Consumer<HttpServerRoutes> {

    private static final String FORM = "text/plain; version=0.0.4; charset=utf-8";

    @Override
    public void accept(HttpServerRoutes routes) {
        routes.get(
                "/healthz",
                HttpBodies.route((body, request, response) -> HttpBodies.json(response, 200, "{\"status\":\"up\"}")));
        routes.get("/readyz", HttpBodies.route((body, request, response) -> ready(response)));
        routes.get("/metrics", HttpBodies.route((body, request, response) -> metrics(response)));
    }

    /** Ready as long as every chain has somebody who can be asked. */
    private Mono<Void> ready(HttpServerResponse response) {
        ObjectNode body = JsonFields.JSON.createObjectNode();
        ObjectNode chains = body.putObject("chains");
        boolean all = true;
        for (String id : agents.ids()) {
            Understudy door = agents.understudy(id);
            boolean ready = door != null && door.control().status().stream().anyMatch(HealthRoutes::canBeAsked);
            chains.put(id, ready ? "ready" : "nobody can be asked");
            all &= ready;
        }
        body.put("status", all ? "ready" : "not ready");
        return HttpBodies.json(response, all ? 200 : 503, body.toString());
    }

    private static boolean canBeAsked(ProviderStatus providerStatus) {
        boolean shut = !providerStatus.circuits().isEmpty()
                && providerStatus.circuits().values().stream()
                        .allMatch(state -> state == ProviderStatus.CircuitState.OPEN
                                || state == ProviderStatus.CircuitState.FORCED_OPEN);
        return providerStatus.health() != ProviderStatus.Health.UNHEALTHY && !shut;
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

package dev.understudy.gateway;

import dev.understudy.Understudy;
import dev.understudy.event.ProviderStatus;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.ops.agent.Agents;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Instant;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;
import tools.jackson.databind.node.ObjectNode;

/** {@code /healthz}, {@code /readyz} and {@code /metrics}. Metrics contain costs: they need a token of operators, if there is one. */
record HealthRoutes(Agents agents, PrometheusMeterRegistry registry, Admission admission)
        implements Consumer<HttpServerRoutes> {

    private static final String FORM = "text/plain; version=0.0.4; charset=utf-8";

    @Override
    public void accept(HttpServerRoutes routes) {
        routes.get(
                "/healthz",
                admission.route(
                        Access.OPEN,
                        (body, request, response) -> HttpBodies.json(response, 200, "{\"status\":\"up\"}")));
        routes.get("/readyz", admission.route(Access.OPEN, (body, request, response) -> ready(response)));
        routes.get("/metrics", admission.route(Access.OPERATORS, (body, request, response) -> metrics(response)));
    }

    /**
     * Ready unless it drains. An agent without a provider that can be called is reported only: an outage of a vendor and a shared
     * hold are the same for all instances, so that a balancer would be left with none.
     */
    private Mono<Void> ready(HttpServerResponse response) {
        ObjectNode body = JsonFields.JSON.createObjectNode();
        ObjectNode chains = body.putObject("chains");
        boolean all = true;
        for (String id : agents.ids()) {
            Understudy door = agents.understudy(id);
            boolean ready = door != null && door.control().status().stream().anyMatch(HealthRoutes::canBeAsked);
            chains.put(id, ready ? "ready" : "no provider available");
            all &= ready;
        }
        boolean draining = admission.isDraining();
        body.put("status", draining ? "draining" : all ? "ready" : "degraded");
        return HttpBodies.json(response, draining ? 503 : 200, body.toString());
    }

    private static boolean canBeAsked(ProviderStatus providerStatus) {
        boolean shut = !providerStatus.circuits().isEmpty()
                && providerStatus.circuits().values().stream()
                        .allMatch(state -> state == ProviderStatus.CircuitState.OPEN
                                || state == ProviderStatus.CircuitState.FORCED_OPEN);
        return providerStatus.hold() == null
                && providerStatus.health() != ProviderStatus.Health.UNHEALTHY
                && !shut
                && !isWithoutKey(providerStatus);
    }

    /** Returns true if keys cool down and no call was served since: another usable key would have served it. */
    private static boolean isWithoutKey(ProviderStatus providerStatus) {
        ProviderStatus.LastFailure failure = providerStatus.lastFailure();
        Instant success = providerStatus.lastSuccess();
        return !providerStatus.keyCooldowns().isEmpty()
                && failure != null
                && (success == null || success.isBefore(failure.at()));
    }

    /** Scrapes on a worker thread, because a scrape of many meters would hold up an event loop. */
    private Mono<Void> metrics(HttpServerResponse response) {
        return Mono.fromCallable(registry::scrape)
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(text -> response.header(HttpHeaderNames.CONTENT_TYPE, FORM)
                        .sendString(Mono.just(text))
                        .then());
    }
}

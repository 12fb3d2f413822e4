package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.ops.admin.Admin;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Serves the admin routes within WebFlux, behind the filters of the application. The server is Netty. */
record AdminWebHandler(Admin admin) implements WebHandler {

    /** Paths of the routes and of the dashboard. */
    static final String[] PATHS = {
        "/api/agents",
        "/api/agents/**",
        "/api/providers",
        "/api/providers/**",
        "/api/overview",
        "/api/events",
        "/api/report",
        "/api/openapi.json",
        "/understudy",
        "/understudy/**"
    };

    @Override
    public Mono<Void> handle(ServerWebExchange exchange) {
        HttpServerRequest request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        HttpServerResponse response = ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse());
        return Mono.from(admin.handle(request, response));
    }
}

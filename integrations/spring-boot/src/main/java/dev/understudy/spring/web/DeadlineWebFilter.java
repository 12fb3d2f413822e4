package dev.understudy.spring.web;

import dev.understudy.CallContext;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Makes the time that a client waits the deadline of all calls of its request. The header {@code X-Request-Timeout} holds
 * seconds, or a number with a unit ({@code 800ms}); {@code grpc-timeout} holds the form of gRPC. The shorter of both counts.
 * Invalid values are ignored.
 */
public final class DeadlineWebFilter implements WebFilter {

    private final @Nullable Duration limit;

    /**
     * Creates the filter.
     *
     * @param limit longest time of any request; {@code null} for no limit
     */
    public DeadlineWebFilter(@Nullable Duration limit) {
        this.limit = limit;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        Duration time = RequestDeadline.of(exchange.getRequest().getHeaders(), limit);
        if (time == null) {
            return chain.filter(exchange);
        }
        return time.isZero()
                ? Mono.error(
                        new ChatException.CallFailed(Failure.of(FailureKind.TIMEOUT, "The client waits for no time")))
                : chain.filter(exchange).contextWrite(CallContext.deadline(time));
    }
}

package dev.understudy.streaming.macro;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.reactor.circuitbreaker.operator.CircuitBreakerOperator;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** The bare client with the operators of resilience4j and Reactor around it, as applications write them. */
final class HandRolledClient implements Subject {

    private final Duration patience;
    private final Subject first;
    private final Subject second;
    private final CircuitBreaker circuit;

    HandRolledClient(String first, String second, boolean circuits, boolean tree) {
        this.patience = Subject.patience(first);
        this.first = new BareClient(first, tree);
        this.second = new BareClient(second, tree);
        this.circuit = CircuitBreaker.of(
                "first",
                CircuitBreakerConfig.custom()
                        .minimumNumberOfCalls(circuits ? 10 : 1_000_000)
                        .slidingWindowSize(circuits ? 20 : 1_000_000)
                        .waitDurationInOpenState(Duration.ofSeconds(5))
                        .build());
    }

    @Override
    public Mono<?> chat() {
        return Mono.defer(() -> first.chat().map(Object.class::cast))
                .timeout(patience)
                .transformDeferred(CircuitBreakerOperator.of(circuit))
                .retryWhen(Retry.backoff(1, Duration.ofMillis(50)).filter(HandRolledClient::worthRetrying))
                .onErrorResume(failed -> second.chat().map(Object.class::cast));
    }

    @Override
    public Flux<?> stream() {
        return Flux.defer(() -> first.stream().map(Object.class::cast))
                .timeout(Mono.delay(patience), chunk -> Mono.never())
                .transformDeferred(CircuitBreakerOperator.of(circuit))
                .retryWhen(Retry.backoff(1, Duration.ofMillis(50)).filter(HandRolledClient::worthRetrying))
                .onErrorResume(failed -> second.stream().map(Object.class::cast));
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }

    private static boolean worthRetrying(Throwable failed) {
        return failed instanceof java.io.IOException;
    }
}

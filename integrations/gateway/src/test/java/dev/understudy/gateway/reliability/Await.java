package dev.understudy.gateway.reliability;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Flux;

/** Waits for a condition of a server. */
final class Await {

    private Await() {}

    static void until(BooleanSupplier condition) {
        Flux.interval(Duration.ZERO, Duration.ofMillis(20))
                .onBackpressureDrop()
                .takeUntil(tick -> condition.getAsBoolean())
                .blockLast(Duration.ofSeconds(100));
    }
}

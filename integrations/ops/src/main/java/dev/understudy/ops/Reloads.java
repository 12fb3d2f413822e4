package dev.understudy.ops;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/** Tells what becomes of configurations. Whoever does not keep up misses some. */
final class Reloads {

    private final Supplier<Scheduler> clock;
    private final Sinks.Many<Reload> told = Sinks.many().multicast().directBestEffort();
    private volatile @Nullable Reload last;

    Reloads(Supplier<Scheduler> clock) {
        this.clock = clock;
    }

    /** @param mistakes none if it was accepted */
    void tell(String source, List<Mistake> mistakes) {
        Instant at = Instant.ofEpochMilli(clock.get().now(TimeUnit.MILLISECONDS));
        Reload reload = new Reload(at, source, mistakes.isEmpty(), mistakes);
        last = reload;
        synchronized (told) {
            told.tryEmitNext(reload);
        }
    }

    @Nullable
    Reload last() {
        return last;
    }

    Flux<Reload> all() {
        return told.asFlux();
    }

    void end() {
        synchronized (told) {
            told.tryEmitComplete();
        }
    }
}

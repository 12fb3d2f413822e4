package dev.understudy.ops.agent;

import dev.understudy.ops.config.CatalogSpec;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Reads the figures of models anew at an interval, as the running configuration says. A document that cannot be used
 * is reported, and the figures in use stay. Thread-safe.
 */
final class CatalogRefresher implements Disposable {

    private final BiConsumer<String, List<ConfigException.Error>> failures;
    private final Supplier<Scheduler> timer;
    private @Nullable CatalogSpec spec;
    private @Nullable Disposable running;

    /** @param failures receives the source and the errors of a document that cannot be used */
    CatalogRefresher(BiConsumer<String, List<ConfigException.Error>> failures, Supplier<Scheduler> timer) {
        this.failures = failures;
        this.timer = timer;
    }

    /** Follows a configuration from now on; what does not change goes on. */
    synchronized void follow(@Nullable Config config) {
        CatalogSpec next = config == null ? null : config.document().catalog();
        if (Objects.equals(next, spec)) {
            return;
        }
        dispose();
        spec = next;
        running = next == null ? null : start(next);
    }

    /** Subscribes to the background work, which {@link #dispose} ends. */
    private Disposable start(CatalogSpec wanted) {
        return Mono.defer(() -> refresh(wanted))
                .onErrorResume(failed -> {
                    String reason = "cannot be used: " + failed.getMessage();
                    failures.accept(
                            "model catalog " + wanted.described(), List.of(new ConfigException.Error("", reason, "")));
                    return Mono.empty();
                })
                .then(Mono.defer(() -> Mono.delay(wanted.interval(), timer.get())))
                .repeat()
                .subscribe();
    }

    private static Mono<LocalDate> refresh(CatalogSpec spec) {
        return spec.isUrl()
                ? Providers.refreshCatalog(Endpoint.of("model-catalog", spec.source()))
                : Providers.refreshCatalog(Path.of(spec.source()));
    }

    @Override
    public synchronized void dispose() {
        if (running != null) {
            running.dispose();
            running = null;
        }
        spec = null;
    }
}

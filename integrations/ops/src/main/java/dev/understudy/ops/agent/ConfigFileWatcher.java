package dev.understudy.ops.agent;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Polls a file and compares its content: modification times are unreliable, links are replaced, and some file systems
 * send no notifications. One check at a time, on {@code Schedulers.boundedElastic()}.
 */
final class ConfigFileWatcher {

    private final Path file;
    private final Map<String, String> environment;
    private final Agents agents;
    private final Supplier<Scheduler> timer;
    /** The last text, or the errors of the last failed read; {@code null} before the first check. */
    private @Nullable Object last;

    /** @param config the running configuration; if it was read from this file, only later changes are applied */
    ConfigFileWatcher(Path file, Config config, Agents agents, Supplier<Scheduler> timer) {
        this.file = file;
        this.environment = config.environment();
        this.agents = agents;
        this.timer = timer;
        this.last = file.equals(config.file()) ? config.text() : null;
    }

    /** Subscribes to the background work. The returned handle and {@link Agents#close} end it. */
    Disposable start() {
        return Mono.fromRunnable(this::check)
                .subscribeOn(Schedulers.boundedElastic())
                .then(Mono.defer(() -> Mono.delay(Agents.WATCH_INTERVAL, timer.get())))
                .repeat(() -> !agents.isClosed())
                .subscribe();
    }

    private void check() {
        if (agents.isClosed()) {
            return;
        }
        String text;
        try {
            text = Config.text(file);
        } catch (ConfigException unreadable) {
            if (isChanged(unreadable.errors())) {
                agents.publish(file.toString(), unreadable.errors());
            }
            return;
        }
        if (isChanged(text)) {
            swap(text);
        }
    }

    private boolean isChanged(Object now) {
        boolean changed = !now.equals(last);
        last = now;
        return changed;
    }

    private void swap(String text) {
        Config next;
        try {
            next = Config.parse(text, file.toString(), file, environment);
        } catch (ConfigException refused) {
            agents.publish(file.toString(), refused.errors());
            return;
        }
        try {
            agents.swap(next);
        } catch (ConfigException told) {
            // published by swap
        } catch (RuntimeException e) { // a supplied provider failed, or the agents were closed meanwhile
            String reason = "cannot be composed: " + e.getClass().getSimpleName();
            agents.publish(file.toString(), List.of(new ConfigException.Error("", reason, "")));
        }
    }
}

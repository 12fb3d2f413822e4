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
 * Looks at a file again and again, by its content: dates lie, links are replaced, and some file systems tell nobody. One
 * look at a time; none of them on a thread that must not block.
 */
final class ConfigFileWatcher {

    private final Path file;
    private final Map<String, String> environment;
    private final Agents agents;
    private final Supplier<Scheduler> timer;
    /** What was seen last: the text, or why there was none; {@code null} before the first look. */
    private @Nullable Object seen;

    /** @param config what runs now; when it was read from this file, only a change since then is news */
    ConfigFileWatcher(Path file, Config config, Agents agents, Supplier<Scheduler> timer) {
        this.file = file;
        this.environment = config.environment();
        this.agents = agents;
        this.timer = timer;
        this.seen = file.equals(config.file()) ? config.text() : null;
    }

    /** Nobody else subscribes to background work: it belongs to whoever asked for it, and to the agents. */
    Disposable start() {
        return Mono.fromRunnable(this::look)
                .subscribeOn(Schedulers.boundedElastic())
                .then(Mono.defer(() -> Mono.delay(Agents.LOOK, timer.get())))
                .repeat(() -> !agents.isClosed())
                .subscribe();
    }

    private void look() {
        if (agents.isClosed()) {
            return;
        }
        String text;
        try {
            text = Config.text(file);
        } catch (ConfigException unreadable) {
            if (isNews(unreadable.errors())) {
                agents.tell(file.toString(), unreadable.errors());
            }
            return;
        }
        if (isNews(text)) {
            swap(text);
        }
    }

    private boolean isNews(Object now) {
        boolean news = !now.equals(seen);
        seen = now;
        return news;
    }

    private void swap(String text) {
        Config next;
        try {
            next = Config.parse(text, file.toString(), file, environment);
        } catch (ConfigException refused) {
            agents.tell(file.toString(), refused.errors());
            return;
        }
        try {
            agents.swap(next);
        } catch (ConfigException told) {
            // Told by the swap itself.
        } catch (RuntimeException e) { // a provider of the application's own, or the agents were closed meanwhile
            String why = "cannot be composed: " + e.getClass().getSimpleName();
            agents.tell(file.toString(), List.of(new ConfigException.Error("", why, "")));
        }
    }
}

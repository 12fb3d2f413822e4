package dev.understudy.gateway;

import dev.understudy.gateway.key.ClientKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Reads the file of keys again when it has changed. A file that cannot be used changes nothing and is logged once. */
final class KeyFileWatch {

    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger("dev.understudy.gateway");

    private final Path file;
    private final ClientKeys keys;
    private final KeySource source;
    private @Nullable FileTime seen; // used by one thread at a time

    KeyFileWatch(Path file, KeySource source, ClientKeys keys) {
        this.file = file;
        this.source = source;
        this.keys = keys;
        this.seen = modified();
    }

    Disposable start() {
        return Flux.interval(INTERVAL, Schedulers.boundedElastic())
                .onBackpressureDrop()
                .subscribe(tick -> check());
    }

    /** Reads the file if it has changed. Blocks. */
    void check() {
        FileTime now = modified();
        if (now == null || now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            keys.replace(source.read());
        } catch (IllegalArgumentException wrong) {
            LOG.warn("The keys stay as they were: {}", wrong.getMessage());
        } catch (RuntimeException unexpected) { // an error would end the watch; its message may hold a value
            LOG.warn("The keys stay as they were: {}", unexpected.getClass().getName());
        }
    }

    private @Nullable FileTime modified() {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return null;
        }
    }
}

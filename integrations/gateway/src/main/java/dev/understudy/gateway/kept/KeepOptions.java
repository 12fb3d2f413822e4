package dev.understudy.gateway.kept;

import dev.understudy.redis.RedisConnections;
import dev.understudy.redis.RedisKeptStreamStore;
import dev.understudy.streaming.kept.KeptStreamStore;
import dev.understudy.streaming.kept.KeptStreams;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

/**
 * Options of streams that are kept for readers that come back.
 *
 * @param place place of the streams
 * @param retention time after the last chunk after which a stream is removed
 * @param grace time without a reader after which the generation is cancelled
 */
public record KeepOptions(Place place, Duration retention, Duration grace) {

    /** Characters of a stream in memory, with its request. */
    private static final int CHARACTERS = 1_000_000;

    private static final int ENTRIES = 20_000;

    /** Bytes of heap of a stream in memory at its limit: two of each character, and those of its entries. */
    private static final long LARGEST = 2L * CHARACTERS + 64L * ENTRIES;

    private static final int FEWEST = 16;
    private static final int MOST = 10_000;

    /** Place of the streams. */
    public enum Place {
        /** In the memory of this instance. */
        MEMORY,
        /** In Redis, for all instances. */
        REDIS
    }

    /** Returns true if other instances read the streams. */
    public boolean isShared() {
        return place == Place.REDIS;
    }

    /** Returns the options of the streams. */
    public KeptStreams.Options streams() {
        return KeptStreams.Options.defaults().withGrace(grace);
    }

    /**
     * Returns the store of the streams.
     *
     * @param redis connections for streams of all instances
     */
    public KeptStreamStore store(@Nullable RedisConnections redis) {
        return redis != null && isShared()
                ? RedisKeptStreamStore.of(
                        redis, KeptStreamStore.Limits.defaults().withRetention(retention), "understudy:kept:")
                : KeptStreams.inMemoryStore(inMemory(Runtime.getRuntime().maxMemory()), Schedulers.parallel());
    }

    /** Streams in memory may take a quarter of the heap, whatever clients do. */
    KeptStreamStore.Limits inMemory(long heap) {
        long streams = Math.max(FEWEST, Math.min(MOST, heap / 4 / LARGEST));
        return new KeptStreamStore.Limits(ENTRIES, CHARACTERS, (int) streams, retention);
    }
}

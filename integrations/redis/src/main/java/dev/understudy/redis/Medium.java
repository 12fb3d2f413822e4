package dev.understudy.redis;

import java.util.List;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Carries and keeps the texts of entries. */
interface Medium {

    /**
     * Connects and subscribes. Emits the session when both are done, and fails when it is lost; to cancel is to close it.
     *
     * @param receiver receives the texts that are sent from then on, with their versions; must return at once
     */
    Flux<Session> open(Consumer<Sent> receiver);

    /**
     * A text that was sent to all instances.
     *
     * @param version number of the change, counted by the medium without gaps; 0 for one that is not kept
     * @param text the entry
     */
    record Sent(long version, String text) {}

    /**
     * All entries that are kept.
     *
     * @param version number of the last change that is contained
     * @param texts the entries, in any order
     */
    record Snapshot(long version, List<String> texts) {}

    /** One connection. */
    interface Session {

        /**
         * Keeps an entry unless a newer one is kept, and sends it to all instances then. Emits false if the entry is refused
         * because its stamp is {@linkplain Stamp#isAhead ahead} of the medium's clock or its text is too long, else true or nothing.
         *
         * @param ttl milliseconds, {@link Entry#NO_END} for ever; nothing is done at 0
         */
        Mono<Boolean> store(Entry entry, long ttl);

        /** Sends an entry to all instances that are subscribed now. */
        Mono<Void> send(Entry entry);

        Mono<Snapshot> snapshot();

        /** Returns the number of the last change, after a proof that both directions of the connection work. */
        Mono<Long> version();
    }
}

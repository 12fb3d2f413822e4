package dev.understudy.provider.http;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ByteBufFlux;

/** Aggregates a body up to a limit, which is checked before bytes are kept. */
final class BoundedBody {

    private BoundedBody() {}

    /** Emits the whole body, also an empty one; above the limit, a PROTOCOL failure. */
    static Flux<byte[]> whole(ByteBufFlux content, int limit) {
        return new WholeBody(content, limit);
    }

    /** Emits the whole body, or an empty array if it is above the limit; the rest of it is read and dropped. */
    static Flux<byte[]> wholeOrNothing(ByteBufFlux content, int limit) {
        return content.asByteArray()
                .collect(BoundedBody.Kept::new, (kept, piece) -> kept.add(piece, limit))
                .map(kept -> kept.bytes.toByteArray())
                .flux();
    }

    private static final class Kept {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean over;

        void add(byte[] piece, int limit) {
            over |= bytes.size() + piece.length > limit;
            if (over) {
                bytes.reset();
            } else {
                bytes.writeBytes(piece);
            }
        }
    }

    /** Emits as much of an error body as fits and arrives in time; a later error is ignored. */
    static Mono<byte[]> upTo(ByteBufFlux content, int limit, Duration timeout) {
        return content.asByteArray()
                .onErrorComplete()
                .takeUntilOther(Mono.delay(timeout, Schedulers.parallel()))
                .scan(new ByteArrayOutputStream(), (all, piece) -> {
                    all.write(piece, 0, Math.min(piece.length, limit - all.size()));
                    return all;
                })
                .takeUntil(all -> all.size() >= limit)
                .last()
                .map(ByteArrayOutputStream::toByteArray);
    }
}

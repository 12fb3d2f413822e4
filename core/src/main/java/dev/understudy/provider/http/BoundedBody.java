package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ByteBufFlux;

/** A whole body, with a limit that is checked before anything is kept. */
final class BoundedBody {

    private BoundedBody() {}

    /** All of it, empty bodies included; over the limit it is a PROTOCOL failure. */
    static Flux<byte[]> whole(ByteBufFlux content, int limit) {
        return content.asByteArray()
                .onErrorMap(error -> TransportErrors.typed(error, true))
                .collect(ByteArrayOutputStream::new, (all, piece) -> {
                    if (all.size() + piece.length > limit) {
                        throw new CallFailed(Failure.of(
                                FailureKind.PROTOCOL, "the answer is over its limit of " + (limit >> 20) + " MiB"));
                    }
                    all.writeBytes(piece);
                })
                .map(ByteArrayOutputStream::toByteArray)
                .flux();
    }

    /** As much as fits and comes in time; what ends it early does not matter, for it is an error that is read. */
    static Mono<byte[]> upTo(ByteBufFlux content, int limit, Duration patience) {
        return content.asByteArray()
                .onErrorComplete()
                .takeUntilOther(Mono.delay(patience, Schedulers.parallel()))
                .scan(new ByteArrayOutputStream(), (all, piece) -> {
                    all.write(piece, 0, Math.min(piece.length, limit - all.size()));
                    return all;
                })
                .takeUntil(all -> all.size() >= limit)
                .last()
                .map(ByteArrayOutputStream::toByteArray);
    }
}

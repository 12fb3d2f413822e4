package dev.understudy.gateway;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.IntConsumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Collects the body of a request. Its memory is a multiple of the bytes, whatever the size of the pieces. */
final class RequestBody {

    private RequestBody() {}

    /**
     * Returns the bytes of all pieces.
     *
     * @param pieces released by their publisher
     * @param check receives the size of each piece before it is kept; an exception ends the reading
     */
    static Mono<byte[]> of(Flux<ByteBuf> pieces, IntConsumer check) {
        return pieces.collect(ByteArrayOutputStream::new, (body, piece) -> {
                    check.accept(piece.readableBytes());
                    add(body, piece);
                })
                .map(ByteArrayOutputStream::toByteArray);
    }

    private static void add(ByteArrayOutputStream body, ByteBuf piece) {
        try {
            piece.readBytes(body, piece.readableBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

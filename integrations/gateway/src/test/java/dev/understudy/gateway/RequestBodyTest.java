package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.understudy.gateway.json.BadRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Bodies of requests in pieces of any size. */
class RequestBodyTest {

    private static final int SIZE = 1 << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** The buffer is read again and again: what is allocated belongs to the collection. */
    private static Flux<ByteBuf> bytes(ByteBuf one, int number) {
        return Flux.generate(() -> number, (left, sink) -> {
            if (left == 0) {
                sink.complete();
            } else {
                sink.next(one.readerIndex(0));
            }
            return left - 1;
        });
    }

    @Test
    void piecesOfOneByteTakeAFewTimesTheirSize() {
        ByteBuf one = Unpooled.wrappedBuffer(new byte[] {'x'});
        long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        byte[] body = RequestBody.of(bytes(one, SIZE), size -> {}).block();
        long after = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        assertThat(body).hasSize(SIZE).containsOnly('x');
        // the count of the test's own flux is boxed: 16 bytes each
        assertThat(after - before).isLessThan((6 + 16) * SIZE);
    }

    @Test
    void piecesAreJoinedInOrder() {
        Flux<ByteBuf> pieces =
                Flux.just("one ", "", "two").map(text -> Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
        StepVerifier.create(RequestBody.of(pieces, size -> {}))
                .assertNext(body -> assertThat(body).asString().isEqualTo("one two"))
                .verifyComplete();
        StepVerifier.create(RequestBody.of(Flux.empty(), size -> {}))
                .assertNext(body -> assertThat(body).isEmpty())
                .verifyComplete();
    }

    @Test
    void refusedPieceEndsTheReading() {
        ByteBuf one = Unpooled.wrappedBuffer(new byte[] {'x'});
        int[] taken = {0};
        StepVerifier.create(RequestBody.of(bytes(one, SIZE), size -> {
                    taken[0] += size;
                    if (taken[0] > 10) {
                        throw BadRequest.request(413, "too_large", "too large");
                    }
                }))
                .verifyError(BadRequest.class);
        assertThat(taken[0]).isEqualTo(11);
    }
}

package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.netty.ByteBufFlux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class BoundedBodyTest {

    @Test
    void bodyThatEndsAfterItsCancellationIsNotDecoded() {
        TestPublisher<ByteBuf> content = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
        AtomicInteger decoded = new AtomicInteger();
        StepVerifier.create(BoundedBody.whole(
                        ByteBufFlux.fromInbound(content.flux()), 100, body -> decoded.incrementAndGet()))
                .then(() -> content.next(Unpooled.wrappedBuffer(new byte[] {'{'})))
                .thenCancel()
                .verify();
        content.complete();
        assertThat(decoded).hasValue(0);
    }
}

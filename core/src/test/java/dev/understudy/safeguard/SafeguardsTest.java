package dev.understudy.safeguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.scenario.CallKind;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** The detectors of blocking calls and buffer leaks are active, and a test that waits uses no processor time. */
class SafeguardsTest {

    @Test
    void blockingOnParallelThreadFails() {
        Mono<Boolean> blocking = Mono.fromCallable(() -> new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS))
                .subscribeOn(Schedulers.parallel());
        assertThatThrownBy(() -> blocking.block(CallKind.TIMEOUT)).hasRootCauseInstanceOf(BlockingOperationError.class);
    }

    @Test
    void blockingOnElasticThreadSucceeds() {
        Mono<Boolean> blocking = Mono.fromCallable(() -> new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS))
                .subscribeOn(Schedulers.boundedElastic());
        assertThat(blocking.block(CallKind.TIMEOUT)).isFalse();
    }

    @Test
    void unreleasedBufferIsDetected() {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        assertThat(BufferLeakExtension.leaks()).isEmpty();
        lose();
        List<String> found = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (found.isEmpty() && System.nanoTime() - end < 0) {
            found.addAll(BufferLeakExtension.leaks());
        }
        assertThat(found).hasSize(1);
        assertThat(found.get(0)).contains("SafeguardsTest.lose");
    }

    @Test
    void waitingStepVerifierUsesLittleProcessorTime() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Duration wait = Duration.ofSeconds(1);
        StepVerifier.create(Mono.just("warm up")).expectNextCount(1).verifyComplete();
        long before = threads.getCurrentThreadCpuTime();
        StepVerifier.create(Mono.delay(wait)).expectNextCount(1).verifyComplete();
        assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - before)).isLessThan(wait.dividedBy(3));
    }

    @Test
    void classWithoutTheConstantStaysAsItIs() throws IOException {
        byte[] classFile =
                StepVerifier.class.getResourceAsStream("StepVerifier.class").readAllBytes();
        assertThat(StepVerifierPause.withConstant(classFile, 10, 1_000_000)).isEqualTo(classFile);
        assertThat(StepVerifierPause.withConstant(new byte[0], 10, 1_000_000)).isEmpty();
    }

    private static void lose() {
        PooledByteBufAllocator.DEFAULT.buffer(64).writeByte(1);
    }
}

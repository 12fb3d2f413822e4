package dev.understudy.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Those who watch all other tests are awake. */
class WatchersTest {

    @Test
    void aBlockingCallOnAParallelThreadFails() {
        Mono<Boolean> blocking = Mono.fromCallable(() -> new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS))
                .subscribeOn(Schedulers.parallel());
        assertThatThrownBy(() -> blocking.block(Door.SOON)).hasRootCauseInstanceOf(BlockingOperationError.class);
    }

    @Test
    void aBlockingCallOnAThreadThatMayBlockDoesNot() {
        Mono<Boolean> blocking = Mono.fromCallable(() -> new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS))
                .subscribeOn(Schedulers.boundedElastic());
        assertThat(blocking.block(Door.SOON)).isFalse();
    }

    @Test
    void aBufferThatIsNotReleasedIsFound() {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        assertThat(LeakWatch.leaks()).isEmpty();
        lose();
        List<String> found = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (found.isEmpty() && System.nanoTime() - end < 0) {
            found.addAll(LeakWatch.leaks());
        }
        assertThat(found).hasSize(1);
        assertThat(found.get(0)).contains("WatchersTest.lose");
    }

    private static void lose() {
        PooledByteBufAllocator.DEFAULT.buffer(64).writeByte(1);
    }
}

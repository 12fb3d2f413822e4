package dev.understudy.streaming.bench;

import com.sun.management.ThreadMXBean;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.streaming.ResumingProvider;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What the resuming decorator adds to a stream that does not fail, against the understudy without it. Both take turns within
 * one invocation, and each is charged the processor time of its own thread only: a loud neighbour slows both.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@Warmup(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 40, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class ResumeBench {

    static final int CHUNKS = 1000;

    /** Streams in one turn: some milliseconds, against which reading the clock is nothing. */
    private static final int TURN = 20;

    @Param({"unbounded", "one at a time"})
    public String demand;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final ChatRequest request = ChatRequest.of("model", "What is the time?");
    private final ChatProvider bare = Understudy.over(new AtOnce("one"), new AtOnce("two"));
    private final ChatProvider resuming = ResumingProvider.over(bare);
    private long step;

    /** What an iteration took of each side, in nanoseconds of processor time and in bytes, for so many chunks. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Spent {
        public long bareNanos;
        public long bareBytes;
        public long resumingNanos;
        public long resumingBytes;
        public long chunks;
    }

    @Setup
    public void setUp() {
        step = demand.equals("unbounded") ? Long.MAX_VALUE : 1;
    }

    @Benchmark
    public void pair(Spent spent) {
        long bytes = bytes();
        long nanos = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < TURN; i++) {
            hear(bare);
        }
        long between = threads.getCurrentThreadCpuTime();
        long bytesBetween = bytes();
        for (int i = 0; i < TURN; i++) {
            hear(resuming);
        }
        spent.resumingNanos += threads.getCurrentThreadCpuTime() - between;
        spent.resumingBytes += bytes() - bytesBetween;
        spent.bareNanos += between - nanos;
        spent.bareBytes += bytesBetween - bytes;
        spent.chunks += TURN * CHUNKS;
    }

    private long bytes() {
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private void hear(ChatProvider provider) {
        Reader reader = new Reader(step);
        provider.stream(request).subscribe(reader);
        if (reader.heard <= CHUNKS) {
            throw new IllegalStateException("Only " + reader.heard + " chunks");
        }
    }

    /** Asks for so many chunks at first, and if that is one, for the next after each. */
    private static final class Reader extends BaseSubscriber<StreamChunk> {

        private final long step;
        private int heard;

        Reader(long step) {
            this.step = step;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            request(step);
        }

        @Override
        protected void hookOnNext(StreamChunk chunk) {
            heard++;
            if (step == 1) {
                request(1);
            }
        }
    }

    private static final class AtOnce implements ChatProvider {

        private final String name;
        private final StreamChunk[] chunks = new StreamChunk[CHUNKS + 1];

        AtOnce(String name) {
            this.name = name;
            for (int i = 0; i < CHUNKS; i++) {
                chunks[i] = new StreamChunk.Text("word ");
            }
            chunks[CHUNKS] = new StreamChunk.Finish(
                    FinishReason.STOP, Usage.of(20, CHUNKS), VendorMetadata.none(), ServedBy.by(name, "model"));
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.empty();
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.fromArray(chunks);
        }
    }
}

package dev.understudy.streaming.bench;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Receipt;
import dev.understudy.chat.Served;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.streaming.ResumingProvider;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What the resuming decorator adds to a stream that does not fail, against the understudy without it; per chunk. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ResumeBench {

    static final int CHUNKS = 1000;

    @Param({"understudy", "resuming"})
    public String who;

    private final ChatRequest request = ChatRequest.of("model", "What is the time?");
    private ChatProvider provider;

    @Setup
    public void setUp() {
        ChatProvider understudy = Understudy.over(new AtOnce("one"), new AtOnce("two"));
        provider = who.equals("understudy") ? understudy : ResumingProvider.over(understudy);
    }

    @Benchmark
    @OperationsPerInvocation(CHUNKS)
    public Object unbounded() {
        return provider.stream(request).blockLast();
    }

    /** A subscriber that asks for one chunk at a time. */
    @Benchmark
    @OperationsPerInvocation(CHUNKS)
    public Object bounded() {
        OneByOne reader = new OneByOne();
        provider.stream(request).subscribe(reader);
        if (reader.heard <= CHUNKS) {
            throw new IllegalStateException("Only " + reader.heard + " chunks");
        }
        return reader;
    }

    private static final class OneByOne extends BaseSubscriber<StreamChunk> {

        private int heard;

        @Override
        protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
            request(1);
        }

        @Override
        protected void hookOnNext(StreamChunk chunk) {
            heard++;
            request(1);
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
                    FinishReason.STOP, Usage.of(20, CHUNKS), Receipt.none(), Served.by(name, "model"));
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

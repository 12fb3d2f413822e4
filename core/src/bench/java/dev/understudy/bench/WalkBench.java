package dev.understudy.bench;

import dev.understudy.Event;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Receipt;
import dev.understudy.chat.Served;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What the whole chain (plan, circuit, health, retry tokens, watchdog, commit, trail, events) adds to a healthy provider in
 * memory that answers at once, against the same provider asked directly.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class WalkBench {

    static final int CHUNKS = 1000;

    @Param({"bare", "understudy"})
    public String who;

    private ChatProvider provider;
    private final ChatRequest request = ChatRequest.of("model", "You answer briefly.", "What is the time?");
    private final LongAdder events = new LongAdder();

    @Setup
    public void setUp() {
        ChatProvider bare = new AtOnce("one");
        provider = who.equals("bare")
                ? bare
                : Understudy.builder()
                        .provider(bare)
                        .provider(new AtOnce("two"))
                        .fallback("model", "another")
                        .listener(this::heard)
                        .build();
    }

    private void heard(Event event) {
        events.increment();
    }

    @Benchmark
    public Object call() {
        return provider.chat(request).block();
    }

    @Benchmark
    public Object shortStream() {
        return provider.stream(request.withMaxTokens(1)).blockLast();
    }

    @Benchmark
    public Object longStream() {
        return provider.stream(request).blockLast();
    }

    private static final class AtOnce implements ChatProvider {

        private final String name;
        private final ChatResponse response;
        private final StreamChunk[] one;
        private final StreamChunk[] many;

        AtOnce(String name) {
            this.name = name;
            this.response = ChatResponse.of(name, "model", "It is noon.");
            this.one = chunks(1);
            this.many = chunks(CHUNKS);
        }

        private StreamChunk[] chunks(int count) {
            List<StreamChunk> chunks = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                chunks.add(new StreamChunk.Text("word "));
            }
            chunks.add(new StreamChunk.Finish(
                    FinishReason.STOP, Usage.of(20, count), Receipt.none(), Served.by(name, "model")));
            return chunks.toArray(StreamChunk[]::new);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.just(response);
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.fromArray(request.sampling().maxTokens() == null ? many : one);
        }
    }
}

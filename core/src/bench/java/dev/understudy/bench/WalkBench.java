package dev.understudy.bench;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.event.Event;
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
}

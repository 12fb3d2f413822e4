package dev.understudy.provider.dialect;

import com.sun.management.ThreadMXBean;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.framing.DecodeTree;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.ollama.DecodeStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
import org.openjdk.jmh.infra.Blackhole;

/**
 * From the bytes of a stream to its chunks, against {@link DecodeTree}. Both take turns within one invocation, and each
 * is charged the processor time of its own thread only: a loud neighbour slows both, and their ratio stays.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 15, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class DecodeBench {

    /** Streams in one turn: some milliseconds, against which reading the clock is nothing. */
    private static final int TURN = 5;

    private static final ChatRequest REQUEST = ChatRequest.of("asked-for", "?");

    @Param({"openai-chat", "anthropic", "openai-responses", "gemini", "ollama", "cohere", "bedrock-converse"})
    public String dialect;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private DecodeStream stream;
    private DecodeTree tree;

    /** What an iteration took of each side, in nanoseconds of processor time and in bytes, for so many streams. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Spent {
        public long oursNanos;
        public long oursBytes;
        public long treeNanos;
        public long treeBytes;
        public long streams;
    }

    @Setup
    public void setUp() {
        stream = DecodeStream.of(dialect);
        tree = DecodeTree.of(dialect);
        List<String> ours = new ArrayList<>();
        List<String> theirs = new ArrayList<>();
        ours(chunk -> ours.add(chunk.text()));
        tree.read(stream, chunk -> theirs.add(chunk.text()));
        ours.removeIf(String::isEmpty);
        if (!ours.equals(theirs) || ours.size() != DecodeStream.WORDS) {
            throw new IllegalStateException(ours.size() + " pieces of text, and of the tree " + theirs.size());
        }
    }

    @Benchmark
    public void pair(Spent spent, Blackhole sink) {
        long bytes = bytes();
        long nanos = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < TURN; i++) {
            ours(sink::consume);
        }
        long between = threads.getCurrentThreadCpuTime();
        long bytesBetween = bytes();
        for (int i = 0; i < TURN; i++) {
            sink.consume(tree.read(stream, sink::consume));
        }
        spent.treeNanos += threads.getCurrentThreadCpuTime() - between;
        spent.treeBytes += bytes() - bytesBetween;
        spent.oursNanos += between - nanos;
        spent.oursBytes += bytesBetween - bytes;
        spent.streams += TURN;
    }

    private long bytes() {
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private void ours(Consumer<StreamChunk> out) {
        Framing framing = stream.dialect().framing();
        StreamDecoder decoder = stream.dialect().decoder("p", REQUEST);
        for (byte[] piece : stream.pieces()) {
            framing.push(piece);
            while (framing.next()) {
                decoder.read(framing, out);
            }
        }
        decoder.end(out);
    }
}

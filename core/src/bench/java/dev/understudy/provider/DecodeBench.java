package dev.understudy.provider;

import dev.understudy.chat.ChatRequest;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import tools.jackson.databind.json.JsonMapper;

/**
 * From the bytes of a stream to its chunks, against the same framing with a tree of Jackson made of each event, of which
 * nothing is asked.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
public class DecodeBench {

    private static final ChatRequest REQUEST = ChatRequest.of("asked-for", "?");

    @Param({"openai-chat", "anthropic", "openai-responses", "gemini", "ollama", "cohere", "bedrock-converse"})
    public String dialect;

    private final JsonMapper mapper = new JsonMapper();
    private DecodeStream stream;

    @Setup
    public void setUp() {
        stream = DecodeStream.of(dialect);
        int[] events = new int[1];
        Framing framing = stream.dialect().framing();
        StreamDecoder decoder = stream.dialect().decoder("p", REQUEST);
        for (byte[] piece : stream.pieces()) {
            framing.push(piece);
            while (framing.next()) {
                events[0]++;
                decoder.read(framing, chunk -> {});
            }
        }
        decoder.end(chunk -> {});
        if (events[0] != stream.events()) {
            throw new IllegalStateException(events[0] + " events in place of " + stream.events());
        }
    }

    @Benchmark
    public void ours(Blackhole sink) {
        Framing framing = stream.dialect().framing();
        StreamDecoder decoder = stream.dialect().decoder("p", REQUEST);
        for (byte[] piece : stream.pieces()) {
            framing.push(piece);
            while (framing.next()) {
                decoder.read(framing, sink::consume);
            }
        }
        decoder.end(sink::consume);
    }

    @Benchmark
    public void tree(Blackhole sink) {
        Framing framing = stream.dialect().framing();
        for (byte[] piece : stream.pieces()) {
            framing.push(piece);
            while (framing.next()) {
                sink.consume(mapper.readTree(framing.payload(), framing.offset(), framing.length()));
            }
        }
    }
}

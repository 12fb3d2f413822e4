package dev.understudy.provider;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.framing.Framing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What came of a stream: all its chunks, and the failure that ended it, if one did. Feeds bytes as the transport does.
 */
public final class DecodedAnswer {

    /** The chunks without the numbers of their blocks and without vendor data. */
    public final List<StreamChunk> chunks = new ArrayList<>();

    /** The chunks as they came. */
    public final List<StreamChunk> numbered = new ArrayList<>();

    public final StringBuilder text = new StringBuilder();
    public final StringBuilder reasoning = new StringBuilder();
    public final StringBuilder refusal = new StringBuilder();
    public final List<ToolCall> toolCalls = new ArrayList<>();
    public StreamChunk.@Nullable Finish finish;

    public @Nullable Failure failure;

    /** In one piece. */
    public static DecodedAnswer of(Framing framing, StreamDecoder decoder, byte[] body) {
        return of(framing, decoder, body, body.length, new Random(0));
    }

    /** In random pieces of 1 to {@code most} bytes. */
    public static DecodedAnswer of(Framing framing, StreamDecoder decoder, byte[] body, int most, Random random) {
        Live live = new Live(framing, decoder, new DecodedAnswer());
        live.feed(body, most, random);
        return live.end();
    }

    private void pull(Framing framing, StreamDecoder decoder) {
        while (framing.next()) {
            decoder.read(framing, this::take);
        }
    }

    void take(StreamChunk chunk) {
        numbered.add(chunk);
        if (!(chunk instanceof StreamChunk.BlockData)) {
            chunks.add(unnumbered(chunk));
        }
        text.append(chunk.text());
        if (chunk instanceof StreamChunk.Reasoning thought) {
            reasoning.append(thought.thought());
        } else if (chunk instanceof StreamChunk.Refusal words) {
            refusal.append(words.refusal());
        } else if (chunk instanceof StreamChunk.ToolCallDone done) {
            toolCalls.add(done.call().withVendorData(null));
        } else if (chunk instanceof StreamChunk.Finish end) {
            finish = end;
        }
    }

    private static StreamChunk unnumbered(StreamChunk chunk) {
        if (chunk instanceof StreamChunk.Text words) {
            return new StreamChunk.Text(words.text());
        }
        if (chunk instanceof StreamChunk.Reasoning thought) {
            return new StreamChunk.Reasoning(thought.thought(), thought.closes());
        }
        if (chunk instanceof StreamChunk.Refusal words) {
            return new StreamChunk.Refusal(words.refusal());
        }
        if (chunk instanceof StreamChunk.ToolCallPart part) {
            return new StreamChunk.ToolCallPart(part.index(), part.id(), part.name(), part.arguments());
        }
        return chunk instanceof StreamChunk.ToolCallDone done
                ? new StreamChunk.ToolCallDone(done.index(), done.call().withVendorData(null))
                : chunk;
    }

    /** The response that the chunks add up to; partial if the stream failed. */
    public ChatResponse response() {
        ChatResponseAggregator all = new ChatResponseAggregator();
        numbered.forEach(all::add);
        return all.isFinished() ? all.response() : all.partial(ServedBy.by("p", "m"));
    }

    /** A stream that is still open. What it is fed after a failure is lost, as it is behind a transport. */
    public record Live(Framing framing, StreamDecoder decoder, DecodedAnswer decodedAnswer) {

        public Live {
            framing.skip(decoder);
        }

        public void feed(String more) {
            feed(more.getBytes(StandardCharsets.UTF_8));
        }

        void feed(byte[] more) {
            feed(more, Integer.MAX_VALUE, new Random(0));
        }

        /** In random pieces of 1 to {@code most} bytes. */
        void feed(byte[] more, int most, Random random) {
            try {
                for (int at = 0; at < more.length && decodedAnswer.failure == null; ) {
                    int size = Math.min(more.length - at, most == Integer.MAX_VALUE ? most : 1 + random.nextInt(most));
                    framing.push(Arrays.copyOfRange(more, at, at + size));
                    decodedAnswer.pull(framing, decoder);
                    at += size;
                }
            } catch (CallFailed e) {
                decodedAnswer.failure = e.failure();
            }
        }

        DecodedAnswer end() {
            try {
                if (decodedAnswer.failure == null) {
                    framing.end();
                    decodedAnswer.pull(framing, decoder);
                    decoder.end(decodedAnswer::take);
                }
            } catch (CallFailed e) {
                decodedAnswer.failure = e.failure();
            }
            return decodedAnswer;
        }

        boolean finished() {
            return decoder.finished();
        }
    }

    static Live live(Dialect dialect, String provider, ChatRequest request) {
        return new Live(dialect.framing(), dialect.decoder(provider, request), new DecodedAnswer());
    }

    /** The calls, put together from their parts alone. */
    public List<ToolCall> callsFromParts() {
        List<ToolCall> calls = new ArrayList<>();
        for (StreamChunk chunk : chunks) {
            if (chunk instanceof StreamChunk.ToolCallPart part) {
                if (part.index() == calls.size()) {
                    calls.add(new ToolCall(part.id(), part.name(), part.arguments()));
                } else {
                    ToolCall before = calls.get(part.index());
                    calls.set(
                            part.index(), new ToolCall(part.id(), part.name(), before.arguments() + part.arguments()));
                }
            }
        }
        return calls;
    }

    /** What failed; null if nothing did. */
    public @Nullable FailureKind kind() {
        return failure == null ? null : failure.kind();
    }

    /** The end of the answer; an assertion fails if it had none. */
    public StreamChunk.Finish finished() {
        if (finish == null) {
            throw new AssertionError("The stream did not finish: " + failure);
        }
        return finish;
    }

    public boolean isComplete() {
        return finish != null && failure == null;
    }
}

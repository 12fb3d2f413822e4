package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.framing.JsonFraming;
import dev.understudy.provider.json.JsonErrors;
import java.util.function.Consumer;

/**
 * Aggregates the chunks of a decoder into a response, for dialects whose whole answers have the form of their
 * streams.
 */
public final class AggregatedAnswer implements Consumer<StreamChunk> {

    private final ChatResponseAggregator chunks = new ChatResponseAggregator();
    private boolean received;

    /**
     * Reads a body of one JSON object, or of several where the server streams without being asked to.
     *
     * @throws CallFailed as thrown by the decoder; the error that the body reports if it holds no answer
     */
    public static ChatResponse read(byte[] body, StreamDecoder decoder) {
        return read(body, new JsonFraming(Math.max(1, body.length)), decoder);
    }

    /**
     * Reads the body of a stream.
     *
     * @throws CallFailed as thrown by the decoder; the error that the body reports if it holds no answer
     */
    public static ChatResponse read(byte[] body, Framing objects, StreamDecoder decoder) {
        AggregatedAnswer answer = new AggregatedAnswer();
        objects.push(body);
        objects.end();
        while (objects.next()) {
            decoder.read(objects, answer);
        }
        if (objects.isUnterminated() && !decoder.finished()) {
            throw JsonErrors.rejected("JSON that ends in the middle");
        }
        try {
            decoder.end(answer);
        } catch (CallFailed failed) {
            throw answer.received ? failed : InBandError.noAnswer(body, "no answer in the body");
        }
        return answer.response();
    }

    @Override
    public void accept(StreamChunk chunk) {
        received = true;
        chunks.add(chunk);
    }

    private ChatResponse response() {
        if (!chunks.isFinished()) {
            throw JsonErrors.rejected("an answer without an end");
        }
        return chunks.response();
    }
}

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

/** Puts an answer together from its chunks, for dialects whose whole answers are made as their streams are. */
public final class AggregatedAnswer implements Consumer<StreamChunk> {

    private final ChatResponseAggregator chunks = new ChatResponseAggregator();
    private boolean heard;

    /**
     * Reads a body of one JSON object, or of several where the server streams though it was not asked to.
     *
     * @throws CallFailed as the decoder throws it; what the body tells instead if there is nothing of an answer in it
     */
    public static ChatResponse read(byte[] body, StreamDecoder decoder) {
        AggregatedAnswer answer = new AggregatedAnswer();
        Framing objects = new JsonFraming(Math.max(1, body.length));
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
            throw answer.heard ? failed : InBandError.noAnswer(body, "no answer in the body");
        }
        return answer.response();
    }

    @Override
    public void accept(StreamChunk chunk) {
        heard = true;
        chunks.add(chunk);
    }

    private ChatResponse response() {
        if (!chunks.isFinished()) {
            throw JsonErrors.rejected("an answer without an end");
        }
        return chunks.response();
    }
}

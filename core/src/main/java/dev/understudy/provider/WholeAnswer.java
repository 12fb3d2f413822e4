package dev.understudy.provider;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Thought;
import dev.understudy.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts an answer together from its chunks, for dialects whose whole answers are made as their streams are. */
final class WholeAnswer implements Consumer<StreamChunk> {

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final StringBuilder thought = new StringBuilder();
    private final List<Thought> thoughts = new ArrayList<>();
    private final List<ToolCall> calls = new ArrayList<>();
    private StreamChunk.@Nullable Finish finish;
    private boolean heard;

    /**
     * Reads a body of one JSON object, or of several where the server streams though it was not asked to.
     *
     * @throws CallFailed as the decoder throws it; what the body tells instead if there is nothing of an answer in it
     */
    static ChatResponse read(byte[] body, StreamDecoder decoder) {
        WholeAnswer answer = new WholeAnswer();
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
            throw answer.heard ? failed : new CallFailed(ErrorTyping.noAnswer(body, "no answer in the body"));
        }
        return answer.response();
    }

    @Override
    public void accept(StreamChunk chunk) {
        heard = true;
        text.append(chunk.text());
        if (chunk instanceof StreamChunk.Reasoning reasoning) {
            thought.append(reasoning.thought());
            if (reasoning.closes() != null) {
                thoughts.add(new Thought(thought.toString(), reasoning.closes()));
                thought.setLength(0);
            }
        } else if (chunk instanceof StreamChunk.Refusal words) {
            refusal.append(words.words());
        } else if (chunk instanceof StreamChunk.ToolCallDone done) {
            calls.add(done.call());
        } else if (chunk instanceof StreamChunk.Finish end) {
            finish = end;
        }
    }

    private ChatResponse response() {
        if (finish == null) {
            throw JsonErrors.rejected("an answer without an end");
        }
        if (!thought.isEmpty()) {
            thoughts.add(Thought.of(thought.toString()));
        }
        return new ChatResponse(text.toString(), refusal.toString(), thoughts, calls, finish);
    }
}

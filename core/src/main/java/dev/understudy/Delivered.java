package dev.understudy;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Receipt;
import dev.understudy.chat.Served;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Thought;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import java.util.ArrayList;
import java.util.List;

/** What of a stream was delivered so far. */
final class Delivered {

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final StringBuilder thought = new StringBuilder();
    private final List<Thought> thoughts = new ArrayList<>();
    private final List<ToolCall> calls = new ArrayList<>();
    private int characters;

    void add(StreamChunk chunk) {
        if (chunk instanceof StreamChunk.Text words) {
            text.append(words.text());
            characters += words.text().length();
        } else if (chunk instanceof StreamChunk.Reasoning reasoning) {
            thought.append(reasoning.thought());
            characters += reasoning.thought().length();
            if (reasoning.closes() != null) {
                thoughts.add(new Thought(thought.toString(), reasoning.closes()));
                thought.setLength(0);
            }
        } else if (chunk instanceof StreamChunk.ToolCallDone done) {
            calls.add(done.call());
            characters += done.call().arguments().length();
        } else if (chunk instanceof StreamChunk.Refusal words) {
            refusal.append(words.words());
            characters += words.words().length();
        } else if (chunk instanceof StreamChunk.Reset reset) {
            text.setLength(Math.min(text.length(), reset.discardFromOffset()));
        }
    }

    String refusal() {
        return refusal.toString();
    }

    /** How much the provider said, what was taken back included; another thread may read it a little late. */
    int characters() {
        return characters;
    }

    /** As an answer that failed. */
    ChatResponse response(Served served) {
        List<Thought> all = new ArrayList<>(thoughts);
        if (thought.length() > 0) {
            all.add(Thought.of(thought.toString()));
        }
        return new ChatResponse(
                text.toString(),
                refusal.toString(),
                all,
                calls,
                new StreamChunk.Finish(FinishReason.ERROR, Usage.none(), Receipt.none(), served));
    }
}

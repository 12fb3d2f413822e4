package dev.understudy.streaming;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Receipt;
import dev.understudy.chat.Served;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Thought;
import dev.understudy.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Puts the chunks of a stream together to the answer they tell, exactly: a {@link StreamChunk.Reset} takes back what it
 * says, parts of tool calls count only once the call is whole. Not thread-safe.
 */
public final class Assembler {

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final StringBuilder thought = new StringBuilder();
    private final List<Thought> thoughts = new ArrayList<>();
    private final TreeMap<Integer, ToolCall> calls = new TreeMap<>();
    private StreamChunk.@Nullable Finish finish;

    /**
     * The whole answer of a stream. Fails with what the stream fails with, and when it completes without finish, with
     * {@link ChatException.CallFailed} of kind TRUNCATED, or {@link ChatException.PartialAnswer} if anything was told.
     * Lazy; cancelling cancels the stream.
     */
    public static Mono<ChatResponse> collect(Flux<StreamChunk> stream) {
        return stream.collect(Assembler::new, Assembler::add).handle((assembler, sink) -> {
            if (assembler.isFinished()) {
                sink.next(assembler.response());
            } else {
                sink.error(assembler.cut(
                        Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason"),
                        Served.by("unknown", "unknown")));
            }
        });
    }

    /** Takes the next chunk. */
    public Assembler add(StreamChunk chunk) {
        if (chunk instanceof StreamChunk.Text words) {
            text.append(words.text());
        } else if (chunk instanceof StreamChunk.Reasoning reasoning) {
            thought.append(reasoning.thought());
            if (reasoning.closes() != null) {
                thoughts.add(new Thought(thought.toString(), reasoning.closes()));
                thought.setLength(0);
            }
        } else if (chunk instanceof StreamChunk.ToolCallDone done) {
            calls.put(done.index(), done.call());
        } else if (chunk instanceof StreamChunk.Refusal words) {
            refusal.append(words.words());
        } else if (chunk instanceof StreamChunk.Reset reset) {
            discard(reset.discardFromOffset());
        } else if (chunk instanceof StreamChunk.Finish last) {
            finish = last;
        }
        return this;
    }

    /** Nothing is left of what comes from offset 0; further in, only text has offsets. */
    private void discard(int from) {
        text.setLength(Math.min(text.length(), from));
        if (from == 0) {
            refusal.setLength(0);
            thought.setLength(0);
            thoughts.clear();
            calls.clear();
        }
    }

    /** The text so far. */
    public String text() {
        return text.toString();
    }

    /** Whether the answer is whole. */
    public boolean isFinished() {
        return finish != null;
    }

    /**
     * The whole answer.
     *
     * @throws IllegalStateException before the finish
     */
    public ChatResponse response() {
        if (finish == null) {
            throw new IllegalStateException("The answer is not whole: no finish was told");
        }
        return response(finish);
    }

    /** What was told so far, as the error with which a stream ends that was cut here. */
    public ChatException cut(Failure failure, Served served) {
        return isEmpty()
                ? new ChatException.CallFailed(failure)
                : new ChatException.PartialAnswer(failure, partial(served));
    }

    ChatResponse partial(Served served) {
        return response(
                new StreamChunk.Finish(FinishReason.ERROR, served.trail().usage(), Receipt.none(), served));
    }

    private ChatResponse response(StreamChunk.Finish end) {
        List<Thought> all = thoughts;
        if (thought.length() > 0) {
            all = new ArrayList<>(thoughts);
            all.add(Thought.of(thought.toString()));
        }
        return new ChatResponse(text.toString(), refusal.toString(), all, List.copyOf(calls.values()), end);
    }

    int length() {
        return text.length();
    }

    boolean isEmpty() {
        return text.length() == 0 && !hasReasoning() && calls.isEmpty() && refusal.length() == 0;
    }

    boolean hasReasoning() {
        return thought.length() > 0 || !thoughts.isEmpty();
    }

    boolean hasRefusal() {
        return refusal.length() > 0;
    }

    List<ToolCall> toolCalls() {
        return List.copyOf(calls.values());
    }

    /** All that was told of the reasoning, and how many sealed thoughts it has. */
    String reasoning() {
        StringBuilder all = new StringBuilder();
        thoughts.forEach(one -> all.append(one.text()));
        return all.append(thought).toString();
    }

    int sealed() {
        return thoughts.size();
    }
}

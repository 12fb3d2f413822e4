package dev.understudy.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Aggregates the chunks of a stream into the response that they add up to. A {@link StreamChunk.Reset} removes what it
 * discards; a tool call counts once it is complete ({@link StreamChunk.ToolCallDone}). Not thread-safe.
 */
public final class ChatResponseAggregator {

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final StringBuilder thought = new StringBuilder();
    private final List<Thought> thoughts = new ArrayList<>();
    private final TreeMap<Integer, ToolCall> calls = new TreeMap<>();
    private StreamChunk.@Nullable Finish finish;
    private int received;

    /**
     * Collects a stream into one response. Fails with the error of the stream; a stream that completes without a finish
     * reason fails with {@link ChatException.CallFailed} of kind TRUNCATED, or with {@link ChatException.PartialAnswer} if
     * it had any content. Lazy; cancelling cancels the stream.
     *
     * @param stream the chunks of one response
     * @return the complete response
     */
    public static Mono<ChatResponse> collect(Flux<StreamChunk> stream) {
        return stream.collect(ChatResponseAggregator::new, ChatResponseAggregator::add)
                .handle((answer, sink) -> {
                    if (answer.isFinished()) {
                        sink.next(answer.response());
                    } else {
                        sink.error(answer.cut(
                                Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason"),
                                Served.by("unknown", "unknown")));
                    }
                });
    }

    /**
     * Adds the next chunk.
     *
     * @param chunk the chunk
     * @return this aggregator
     */
    public ChatResponseAggregator add(StreamChunk chunk) {
        if (chunk instanceof StreamChunk.Text words) {
            received += words.text().length();
            text.append(words.text());
        } else if (chunk instanceof StreamChunk.Reasoning reasoning) {
            received += reasoning.thought().length();
            thought.append(reasoning.thought());
            if (reasoning.closes() != null) {
                thoughts.add(new Thought(thought.toString(), reasoning.closes()));
                thought.setLength(0);
            }
        } else if (chunk instanceof StreamChunk.ToolCallDone done) {
            received += done.call().arguments().length();
            calls.put(done.index(), done.call());
        } else if (chunk instanceof StreamChunk.Refusal words) {
            received += words.words().length();
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

    /** {@return the text so far} */
    public String text() {
        return text.toString();
    }

    /** {@return the length of the text so far, in UTF-16 units} */
    public int length() {
        return text.length();
    }

    /** {@return the refusal so far, "" when there is none} */
    public String refusal() {
        return refusal.toString();
    }

    /** {@return all reasoning text so far} */
    public String reasoning() {
        StringBuilder all = new StringBuilder();
        thoughts.forEach(one -> all.append(one.text()));
        return all.append(thought).toString();
    }

    /** {@return the reasoning blocks that are complete, with their signatures} */
    public List<Thought> thoughts() {
        return List.copyOf(thoughts);
    }

    /** {@return the complete tool calls so far, by index} */
    public List<ToolCall> toolCalls() {
        return List.copyOf(calls.values());
    }

    /** {@return whether there is no text, reasoning, tool call or refusal so far} */
    public boolean isEmpty() {
        return text.length() == 0 && !hasReasoning() && calls.isEmpty() && refusal.length() == 0;
    }

    /** {@return whether there is any reasoning so far} */
    public boolean hasReasoning() {
        return thought.length() > 0 || !thoughts.isEmpty();
    }

    /** {@return whether there is a refusal so far} */
    public boolean hasRefusal() {
        return refusal.length() > 0;
    }

    /** {@return whether a finish was added} */
    public boolean isFinished() {
        return finish != null;
    }

    /** {@return the characters of all content added, discarded content included; a lagging value on other threads} */
    public int received() {
        return received;
    }

    /**
     * Gives the complete response.
     *
     * @return the response, with the reason and usage of the finish
     * @throws IllegalStateException before the finish
     */
    public ChatResponse response() {
        if (finish == null) {
            throw new IllegalStateException("The answer is not whole: no finish was told");
        }
        return response(finish);
    }

    /**
     * Gives what was received so far as the error of a stream that failed here.
     *
     * @param failure the failure
     * @param served the route that served the stream, and its attempts
     * @return {@link ChatException.PartialAnswer}, or {@link ChatException.CallFailed} when there is no content
     */
    public ChatException cut(Failure failure, Served served) {
        return isEmpty()
                ? new ChatException.CallFailed(failure)
                : new ChatException.PartialAnswer(failure, partial(served));
    }

    /**
     * Gives what was received so far as a response with finish reason ERROR.
     *
     * @param served the route that served the stream, and its attempts, whose usage is the response's
     * @return the incomplete response
     */
    public ChatResponse partial(Served served) {
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
}

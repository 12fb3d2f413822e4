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
    /** Creates an aggregator without any chunk. */
    public ChatResponseAggregator() {}

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final StringBuilder thought = new StringBuilder();
    private final List<ReasoningBlock> reasoningBlocks = new ArrayList<>();
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
                                ServedBy.by("unknown", "unknown")));
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
                reasoningBlocks.add(new ReasoningBlock(thought.toString(), reasoning.closes()));
                thought.setLength(0);
            }
        } else if (chunk instanceof StreamChunk.ToolCallDone done) {
            received += done.call().arguments().length();
            calls.put(done.index(), done.call());
        } else if (chunk instanceof StreamChunk.Refusal words) {
            received += words.refusal().length();
            refusal.append(words.refusal());
        } else if (chunk instanceof StreamChunk.Reset reset) {
            discard(reset.discardFromOffset());
        } else if (chunk instanceof StreamChunk.Finish last) {
            finish = last;
        }
        return this;
    }

    /** Discards the text from an offset on; all other content only with offset 0, as only text has offsets. */
    private void discard(int from) {
        text.setLength(Math.min(text.length(), from));
        if (from == 0) {
            refusal.setLength(0);
            thought.setLength(0);
            reasoningBlocks.clear();
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
        reasoningBlocks.forEach(one -> all.append(one.text()));
        return all.append(thought).toString();
    }

    /** {@return the reasoning blocks that are complete, with their signatures} */
    public List<ReasoningBlock> reasoningBlocks() {
        return List.copyOf(reasoningBlocks);
    }

    /** {@return the complete tool calls so far, by index} */
    public List<ToolCall> toolCalls() {
        return List.copyOf(calls.values());
    }

    /** {@return {@code true} if there is no text, reasoning, tool call or refusal so far} */
    public boolean isEmpty() {
        return text.length() == 0 && !hasReasoning() && calls.isEmpty() && refusal.length() == 0;
    }

    /** {@return {@code true} if there is any reasoning so far} */
    public boolean hasReasoning() {
        return thought.length() > 0 || !reasoningBlocks.isEmpty();
    }

    /** {@return {@code true} if there is a refusal so far} */
    public boolean hasRefusal() {
        return refusal.length() > 0;
    }

    /** {@return {@code true} if a finish was added} */
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
            throw new IllegalStateException("The response is not complete: no finish was added");
        }
        return response(finish);
    }

    /**
     * Gives what was received so far as the error of a stream that failed here.
     *
     * @param failure the failure
     * @param servedBy the route that served the stream, and its attempts
     * @return {@link ChatException.PartialAnswer}, or {@link ChatException.CallFailed} when there is no content
     */
    public ChatException cut(Failure failure, ServedBy servedBy) {
        return isEmpty()
                ? new ChatException.CallFailed(failure)
                : new ChatException.PartialAnswer(failure.afterContent(), partial(servedBy));
    }

    /**
     * Gives what was received so far as a response with finish reason ERROR.
     *
     * @param servedBy the route that served the stream, and its attempts, whose usage is the response's
     * @return the incomplete response
     */
    public ChatResponse partial(ServedBy servedBy) {
        return response(new StreamChunk.Finish(
                FinishReason.ERROR, servedBy.attemptLog().usage(), VendorMetadata.none(), servedBy));
    }

    private ChatResponse response(StreamChunk.Finish end) {
        List<ReasoningBlock> all = reasoningBlocks;
        if (thought.length() > 0) {
            all = new ArrayList<>(reasoningBlocks);
            all.add(ReasoningBlock.of(thought.toString()));
        }
        return new ChatResponse(text.toString(), refusal.toString(), all, List.copyOf(calls.values()), end);
    }
}

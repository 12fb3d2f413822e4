package dev.understudy.chat;

import dev.understudy.chat.BlockBuilder.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Aggregates the chunks of a stream into the response that they add up to. A fragment continues the block that it names;
 * without a number it continues the latest block if that is of its kind, and begins a new one otherwise. Blocks
 * are ordered by their numbers; one without a number follows those before it. A {@link StreamChunk.Reset} removes what it
 * discards; a tool call counts once it is complete ({@link StreamChunk.ToolCallDone}). Where another answer continues the
 * first one, which is so if the chunks behind a {@link StreamChunk.Switched} name no blocks, vendor data and signatures lose
 * their origin: they can be read, but no vendor knows the turn as a whole, so they are not sent back. Not thread-safe.
 */
public final class ChatResponseAggregator {
    /** Number of latest blocks among which the block of a chunk is searched. */
    private static final int LOOK_BACK = 64;

    /** Creates an aggregator without any chunk. */
    public ChatResponseAggregator() {}

    private final List<BlockBuilder> blocks = new ArrayList<>(2);
    private @Nullable BlockBuilder last;
    private final Map<Integer, BlockBuilder> calls = new HashMap<>(2);
    private int length; // of all text
    private StreamChunk.@Nullable Finish finish;
    private int received;
    private boolean switched;
    private boolean continued;

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
            String fresh = words.text();
            continued |= switched && words.block() == StreamChunk.UNNUMBERED;
            received += fresh.length();
            length += fresh.length();
            BlockBuilder recent = last;
            (recent != null && recent.takes(Kind.TEXT, words.block()) ? recent : at(Kind.TEXT, words.block()))
                    .text.append(fresh);
        } else {
            addOther(chunk);
        }
        return this;
    }

    private void addOther(StreamChunk chunk) {
        continued |= switched && chunk.isContent() && chunk.block() == StreamChunk.UNNUMBERED;
        if (chunk instanceof StreamChunk.Reasoning reasoning) {
            received += reasoning.thought().length();
            BlockBuilder block = at(Kind.REASONING, reasoning.block());
            block.text.append(reasoning.thought());
            block.signature = reasoning.closes();
        } else if (chunk instanceof StreamChunk.ToolCallPart part) {
            call(part.index(), part.block());
        } else if (chunk instanceof StreamChunk.ToolCallDone done) {
            received += done.call().arguments().length();
            call(done.index(), done.block()).whole = done.call();
        } else if (chunk instanceof StreamChunk.Refusal words) {
            received += words.refusal().length();
            at(Kind.REFUSAL, words.block()).text.append(words.refusal());
        } else if (chunk instanceof StreamChunk.Block block) {
            whole(block);
        } else if (chunk instanceof StreamChunk.BlockData data) {
            data(data);
        } else if (chunk instanceof StreamChunk.Reset reset) {
            discard(reset.discardFromOffset());
        } else if (chunk instanceof StreamChunk.Switched) {
            switched = true;
        } else if (chunk instanceof StreamChunk.Finish end) {
            finish = end;
        }
    }

    /** Returns the block that a fragment continues, or a new one. */
    private BlockBuilder at(Kind kind, int number) {
        BlockBuilder recent = last;
        if (recent != null && recent.takes(kind, number)) {
            return recent;
        }
        for (int i = blocks.size() - 1; i >= Math.max(0, blocks.size() - LOOK_BACK) && number >= 0; i--) {
            BlockBuilder block = blocks.get(i);
            if (block.takes(kind, number)) {
                last = block;
                return block;
            }
        }
        return begin(kind, number);
    }

    private BlockBuilder begin(Kind kind, int number) {
        int before = blocks.isEmpty() ? 0 : blocks.get(blocks.size() - 1).order;
        BlockBuilder block = new BlockBuilder(kind, number, number < 0 ? before : number);
        int at = blocks.size();
        while (at > 0 && blocks.get(at - 1).order > block.order) {
            at--;
        }
        blocks.add(at, block);
        last = block;
        return block;
    }

    private void whole(StreamChunk.Block block) {
        if (!(block.content() instanceof ContentBlock.Audio audio)) {
            begin(Kind.WHOLE, block.block()).whole = block.content();
            return;
        }
        BlockBuilder open = null;
        for (int i = blocks.size() - 1; i >= Math.max(0, blocks.size() - LOOK_BACK) && open == null; i--) {
            open = blocks.get(i).takesAudio(audio, block.block()) ? blocks.get(i) : null;
        }
        (open == null ? begin(Kind.AUDIO, block.block()) : open).append(audio);
    }

    private BlockBuilder call(int index, int number) {
        BlockBuilder block = calls.get(index);
        if (block == null) {
            block = begin(Kind.CALL, number);
            calls.put(index, block);
        }
        return block;
    }

    /** Adds data to the latest block of the number; data without such a block belong to an empty text. */
    private void data(StreamChunk.BlockData data) {
        for (int i = blocks.size() - 1; i >= Math.max(0, blocks.size() - LOOK_BACK); i--) {
            BlockBuilder block = blocks.get(i);
            if (block.number == data.block() || data.block() == StreamChunk.UNNUMBERED) {
                block.vendorData = data.vendorData();
                return;
            }
        }
        begin(Kind.TEXT, data.block()).vendorData = data.vendorData();
    }

    /** Discards the text from an offset on; all other content only with offset 0, as only text has offsets. */
    private void discard(int from) {
        if (from <= 0) {
            blocks.clear();
            calls.clear();
            last = null;
            length = 0;
            switched = false;
            continued = false;
            return;
        }
        int kept = 0;
        for (BlockBuilder block : blocks) {
            if (block.kind == Kind.TEXT) {
                int keep = Math.min(block.text.length(), from - kept);
                if (keep < block.text.length()) {
                    block.text.truncate(keep);
                    block.vendorData = null;
                }
                kept += keep;
            }
        }
        length = kept;
    }

    /** {@return the text so far} */
    public String text() {
        return joined(Kind.TEXT);
    }

    private String joined(Kind kind) {
        StringBuilder all = null;
        String only = "";
        for (BlockBuilder block : blocks) {
            if (block.kind == kind && !block.text.isEmpty()) {
                if (all != null) {
                    block.text.appendTo(all);
                } else if (only.isEmpty()) {
                    only = block.text.toString();
                } else {
                    all = new StringBuilder(only);
                    block.text.appendTo(all);
                }
            }
        }
        return all == null ? only : all.toString();
    }

    /** {@return the length of the text so far, in UTF-16 units} */
    public int length() {
        return length;
    }

    /** {@return the refusal so far, "" when there is none} */
    public String refusal() {
        return joined(Kind.REFUSAL);
    }

    /** {@return all reasoning text so far} */
    public String reasoning() {
        return joined(Kind.REASONING);
    }

    /** {@return the reasoning blocks that are complete, with their signatures} */
    public List<ReasoningBlock> reasoningBlocks() {
        return ContentBlocks.only(ReasoningBlock.class, blocks()).stream()
                .filter(block -> block.signature() != null)
                .toList();
    }

    /** {@return the complete tool calls so far, in the order of the answer} */
    public List<ToolCall> toolCalls() {
        return ContentBlocks.only(ToolCall.class, blocks());
    }

    /** {@return the blocks so far, in the order of the answer; tool calls once they are complete} */
    public List<ContentBlock> blocks() {
        List<ContentBlock> built = new ArrayList<>(blocks.size());
        for (BlockBuilder builder : blocks) {
            ContentBlock block = builder.block();
            if (block != null) {
                built.add(continued ? ContentBlocks.withoutOrigin(block) : block);
            }
        }
        return List.copyOf(built);
    }

    /** {@return {@code true} if there is no block so far} */
    public boolean isEmpty() {
        for (BlockBuilder block : blocks) {
            if (block.hasContent()) {
                return false;
            }
        }
        return true;
    }

    /** {@return {@code true} if there is any reasoning so far} */
    public boolean hasReasoning() {
        return has(Kind.REASONING);
    }

    /** {@return {@code true} if there is a refusal so far} */
    public boolean hasRefusal() {
        return has(Kind.REFUSAL);
    }

    private boolean has(Kind kind) {
        for (BlockBuilder block : blocks) {
            if (block.kind == kind && block.hasContent()) {
                return true;
            }
        }
        return false;
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
        return new ChatResponse(blocks(), end);
    }
}

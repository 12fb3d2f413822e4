package dev.understudy.testing;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Content of an answer, independent of its format: chunks in order, and the data of the finish.
 *
 * @param chunks content only
 * @param reason finish reason; {@code null} to derive it from the content
 * @param usage tokens; {@code null} for ten of input and one for each chunk of output
 * @param vendorMetadata id, model and finish reason as the vendor writes them
 */
record Answer(
        List<StreamChunk> chunks,
        @Nullable FinishReason reason,
        @Nullable Usage usage,
        VendorMetadata vendorMetadata) {

    private static final int FRAGMENT = 8;

    Answer {
        chunks = List.copyOf(chunks);
    }

    /** Creates an answer of this content; a {@link StreamChunk.Finish} among it sets the finish. */
    static Answer of(List<? extends StreamChunk> chunks) {
        Answer answer = new Answer(
                chunks.stream()
                        .filter(chunk -> !(chunk instanceof StreamChunk.Finish))
                        .map(StreamChunk.class::cast)
                        .toList(),
                null,
                null,
                VendorMetadata.none());
        for (StreamChunk chunk : chunks) {
            if (chunk instanceof StreamChunk.Finish finish) {
                answer = new Answer(answer.chunks, finish.reason(), finish.usage(), finish.vendorMetadata());
            }
        }
        return answer;
    }

    static Answer text(String text) {
        return of(split(text));
    }

    static Answer tokens(String... tokens) {
        return of(Stream.of(tokens).map(StreamChunk.Text::new).toList());
    }

    /** Splits before each run of white space, so that the pieces join to the text. */
    private static List<StreamChunk.Text> split(String text) {
        return text.isEmpty()
                ? List.of()
                : Stream.of(text.split("(?<=\\S)(?=\\s)"))
                        .map(StreamChunk.Text::new)
                        .toList();
    }

    Answer withReasoning(String thought) {
        List<StreamChunk> longer = new ArrayList<>();
        split(thought).forEach(word -> longer.add(new StreamChunk.Reasoning(word.text(), null)));
        longer.addAll(chunks);
        return new Answer(longer, reason, usage, vendorMetadata);
    }

    /** Adds a tool call in fragments of a few characters, then as a whole, as a decoder would emit it. */
    Answer withToolCall(String id, String name, String arguments) {
        List<StreamChunk> longer = new ArrayList<>(chunks);
        int index = (int) chunks.stream()
                .filter(c -> c instanceof StreamChunk.ToolCallDone)
                .count();
        StreamChunk.ToolCallDone done = new StreamChunk.ToolCallDone(index, new ToolCall(id, name, arguments));
        longer.addAll(fragments(done));
        longer.add(done);
        return new Answer(longer, reason, usage, vendorMetadata);
    }

    Answer withReason(FinishReason reason) {
        return new Answer(chunks, reason, usage, vendorMetadata);
    }

    Answer withUsage(Usage usage) {
        return new Answer(chunks, reason, usage, vendorMetadata);
    }

    Answer withMetadata(VendorMetadata vendorMetadata) {
        return new Answer(chunks, reason, usage, vendorMetadata);
    }

    FinishReason finishReason() {
        if (reason != null) {
            return reason;
        }
        return toolCalls().isEmpty() ? FinishReason.STOP : FinishReason.TOOL_CALLS;
    }

    Usage used() {
        return usage != null ? usage : Usage.of(10, chunks.size());
    }

    StreamChunk.Finish finish(String provider, String model) {
        return new StreamChunk.Finish(finishReason(), used(), vendorMetadata, ServedBy.by(provider, model));
    }

    ChatResponse whole(String provider, String model) {
        return new ChatResponse(blocks(), finish(provider, model));
    }

    String text() {
        return chunks.stream().map(StreamChunk::text).collect(Collectors.joining());
    }

    String refusal() {
        return chunks.stream()
                .map(chunk -> chunk instanceof StreamChunk.Refusal refusal ? refusal.refusal() : "")
                .collect(Collectors.joining());
    }

    List<ReasoningBlock> thoughts() {
        List<ReasoningBlock> reasoningBlocks = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        for (StreamChunk chunk : chunks) {
            if (chunk instanceof StreamChunk.Reasoning reasoning) {
                open.append(reasoning.thought());
                if (reasoning.closes() != null) {
                    reasoningBlocks.add(new ReasoningBlock(open.toString(), reasoning.closes()));
                    open.setLength(0);
                }
            }
        }
        if (!open.isEmpty()) {
            reasoningBlocks.add(ReasoningBlock.of(open.toString()));
        }
        return reasoningBlocks;
    }

    /** Content blocks in order; a call that comes in parts only is complete. */
    List<ContentBlock> blocks() {
        ChatResponseAggregator aggregator = new ChatResponseAggregator();
        chunks.forEach(aggregator::add);
        calls().forEach((index, call) -> aggregator.add(new StreamChunk.ToolCallDone(index, call)));
        return aggregator.blocks();
    }

    List<ToolCall> toolCalls() {
        return List.copyOf(calls().values());
    }

    private TreeMap<Integer, ToolCall> calls() {
        TreeMap<Integer, ToolCall> calls = new TreeMap<>();
        for (StreamChunk chunk : chunks) {
            if (chunk instanceof StreamChunk.ToolCallDone done) {
                calls.put(done.index(), done.call());
            } else if (chunk instanceof StreamChunk.ToolCallPart part) {
                calls.merge(
                        part.index(),
                        new ToolCall(part.id(), part.name(), part.arguments()),
                        (a, b) -> new ToolCall(a.id(), a.name(), a.arguments() + b.arguments()));
            }
        }
        return calls;
    }

    /** Chunks as a vendor sends them: tool calls in parts only. */
    List<StreamChunk> deltas() {
        List<StreamChunk> deltas = new ArrayList<>();
        Set<Integer> calls = new HashSet<>();
        for (StreamChunk chunk : chunks) {
            if (chunk instanceof StreamChunk.ToolCallDone done) {
                if (calls.add(done.index())) {
                    deltas.addAll(fragments(done));
                }
            } else {
                if (chunk instanceof StreamChunk.ToolCallPart part) {
                    calls.add(part.index());
                }
                deltas.add(chunk);
            }
        }
        return deltas;
    }

    /** Chunks as a vendor sends them that does not divide tool calls: each call once, where it begins. */
    List<StreamChunk> undivided() {
        List<StreamChunk> whole = new ArrayList<>();
        TreeMap<Integer, ToolCall> calls = calls();
        for (StreamChunk chunk : chunks) {
            int index = chunk instanceof StreamChunk.ToolCallDone done
                    ? done.index()
                    : chunk instanceof StreamChunk.ToolCallPart part ? part.index() : -1;
            ToolCall call = calls.remove(index);
            if (call != null) {
                whole.add(new StreamChunk.ToolCallDone(index, call));
            } else if (index < 0) {
                whole.add(chunk);
            }
        }
        return whole;
    }

    private static List<StreamChunk.ToolCallPart> fragments(StreamChunk.ToolCallDone done) {
        List<StreamChunk.ToolCallPart> parts = new ArrayList<>();
        ToolCall call = done.call();
        parts.add(new StreamChunk.ToolCallPart(done.index(), call.id(), call.name(), ""));
        String rest = call.arguments();
        while (!rest.isEmpty()) {
            int points = Math.min(FRAGMENT, rest.codePointCount(0, rest.length()));
            int end = rest.offsetByCodePoints(0, points);
            parts.add(new StreamChunk.ToolCallPart(done.index(), call.id(), call.name(), rest.substring(0, end)));
            rest = rest.substring(end);
        }
        return parts;
    }

    /** Returns the blocks as a vendor writes them, in order; text and refusals in a row are one block. */
    List<String> written(
            Function<String, String> text,
            Function<ReasoningBlock, String> reasoning,
            Function<ToolCall, String> call) {
        List<String> written = new ArrayList<>();
        StringBuilder words = new StringBuilder();
        for (ContentBlock block : blocks()) {
            if (block instanceof ContentBlock.Text part) {
                words.append(part.text());
            } else if (block instanceof ContentBlock.Refusal refusal) {
                words.append(refusal.text());
            } else {
                addText(words, text, written);
                if (block instanceof ReasoningBlock thought) {
                    written.add(reasoning.apply(thought));
                } else if (block instanceof ToolCall tool) {
                    written.add(call.apply(tool));
                }
            }
        }
        addText(words, text, written);
        return written;
    }

    private static void addText(StringBuilder words, Function<String, String> text, List<String> written) {
        if (!words.isEmpty()) {
            written.add(text.apply(words.toString()));
            words.setLength(0);
        }
    }
}

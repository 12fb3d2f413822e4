package dev.understudy.provider.gemini;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock.Signature;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.CallArguments;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.SyntheticCallIds;
import dev.understudy.provider.dialect.VendorFields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of an answer from the steps of an interaction. A step of the vendor's own tools is an opaque block. A delta
 * without a step that began is text, a thought, or arguments of no call, which are refused at the end.
 */
final class InteractionsBlocks {

    /** A step that is not complete yet. */
    private static final class Open {
        private final int block;
        private final int call;
        private final String id;
        private final String name;
        private final CallArguments arguments = new CallArguments();

        Open(int block, int call, String id, String name) {
            this.block = block;
            this.call = call;
            this.id = id;
            this.name = name;
        }

        StreamChunk part(String fragment) {
            return new StreamChunk.ToolCallPart(call, id, name, fragment, block);
        }
    }

    /** A step of the vendor's own tools that is not complete yet: its number, and its fields so far. */
    private record Opaque(int block, String type, Map<String, @Nullable Object> fields) {}

    private enum Run {
        NONE,
        TEXT,
        REASONING
    }

    static final String ANNOTATIONS = "annotations";

    private final ChatRequest request;
    private final Map<Integer, Open> calls = new TreeMap<>();
    private final Map<Integer, Opaque> others = new TreeMap<>();

    /** Sources of the latest text. */
    private final Set<Object> annotations = new LinkedHashSet<>(0);

    private int annotated = -1;

    /** Calls of which only the type is known yet. */
    private final Set<Integer> announced = new HashSet<>(0);

    private int begun;
    private int blocks;
    private Run run = Run.NONE;
    private int runOf = -1;
    private int lastText = -1;
    private boolean lost;

    InteractionsBlocks(ChatRequest request) {
        this.request = request;
    }

    boolean isEmpty() {
        return blocks == 0;
    }

    int calls() {
        return begun;
    }

    void begin(int index, InteractionsEvent.Step step, Consumer<StreamChunk> out) {
        if (step.type().equals("function_call")) {
            Open before = calls.get(index);
            if (before != null && before.id.equals(step.id())) {
                return; // the same step once more
            }
            stop(index, out);
            if (step.name().isEmpty() && step.id().isEmpty() && step.arguments().isEmpty()) {
                announced.add(index);
                return;
            }
            announced.remove(index);
            if (step.name().isEmpty()) {
                throw CallArguments.rejected("a tool call without a name");
            }
            String id = step.id().isEmpty()
                    ? SyntheticCallIds.of(SyntheticCallIds.salt(request, step.name()), begun)
                    : step.id();
            run = Run.NONE;
            Open call = new Open(blocks++, begun++, id, step.name());
            calls.put(index, call);
            call.arguments.add(step.arguments());
            out.accept(call.part(call.arguments.fresh()));
        } else if (step.fields().isEmpty()) {
            add(index, step, out);
        } else {
            stop(index, out);
            run = Run.NONE;
            others.put(index, new Opaque(blocks++, step.type(), new LinkedHashMap<>(step.fields())));
        }
    }

    void add(int index, InteractionsEvent.Step step, Consumer<StreamChunk> out) {
        switch (step.type()) {
            case "thought", "thought_summary", "thought_signature" -> think(index, step, out);
            case "arguments_delta" -> arguments(index, step.arguments(), out);
            case "function_call" -> whole(index, step, out);
            case "model_output", "text", "image", "audio", "document", "content" ->
                step.content().forEach(content -> say(index, content, out));
            default -> {
                Opaque other = others.get(index);
                if (other != null) {
                    step.fields().forEach((name, value) -> {
                        if (!name.equals("type")) {
                            other.fields().put(name, value);
                        }
                    });
                }
            }
        }
        annotate(step.annotations(), out);
    }

    /** Adds sources to the latest text. They are emitted when those of another text begin, or at the end. */
    private void annotate(List<?> sources, Consumer<StreamChunk> out) {
        if (sources.isEmpty() || lastText < 0) {
            return;
        }
        if (annotated != lastText) {
            flush(out);
            annotated = lastText;
        }
        annotations.addAll(sources);
    }

    private void flush(Consumer<StreamChunk> out) {
        if (annotated >= 0 && !annotations.isEmpty()) {
            out.accept(new StreamChunk.BlockData(
                    Objects.requireNonNull(VendorFields.data(
                            DialectName.GEMINI_INTERACTIONS, Map.of(ANNOTATIONS, new ArrayList<>(annotations)))),
                    annotated));
        }
        annotations.clear();
        annotated = -1;
    }

    /** Reads a call that comes as one delta. */
    private void whole(int index, InteractionsEvent.Step step, Consumer<StreamChunk> out) {
        if (calls.containsKey(index)) {
            arguments(index, step.arguments(), out);
        } else {
            begin(index, step, out);
        }
    }

    private void think(int index, InteractionsEvent.Step step, Consumer<StreamChunk> out) {
        for (InteractionsEvent.Content content : step.content()) {
            if (!content.text().isEmpty()) {
                out.accept(new StreamChunk.Reasoning(content.text(), null, block(index, Run.REASONING)));
            }
        }
        if (!step.signature().isEmpty()) {
            int at = block(index, Run.REASONING);
            run = Run.NONE;
            out.accept(new StreamChunk.Reasoning(
                    "", new Signature(step.signature(), false, DialectName.GEMINI_INTERACTIONS), at));
        }
    }

    private void say(int index, InteractionsEvent.Content content, Consumer<StreamChunk> out) {
        if (!content.text().isEmpty()) {
            lastText = block(index, Run.TEXT);
            out.accept(new StreamChunk.Text(content.text(), lastText));
        }
        ContentBlock media = media(content);
        if (media != null) {
            run = Run.NONE;
            out.accept(new StreamChunk.Block(media, blocks++));
        }
    }

    private static @Nullable ContentBlock media(InteractionsEvent.Content content) {
        if (content.base64().isEmpty()) {
            return null;
        }
        return switch (content.type()) {
            case "image" -> new ContentBlock.Image(new Message.Image.Data(content.mediaType(), content.base64()), null);
            case "audio" -> new ContentBlock.Audio(content.mediaType(), content.base64(), null);
            default -> new ContentBlock.File(content.mediaType(), content.base64(), null);
        };
    }

    /** Returns the number of the block that content of a step continues, or of a new one. */
    private int block(int index, Run kind) {
        if (run != kind || runOf != index) {
            blocks++;
        }
        run = kind;
        runOf = index;
        return blocks - 1;
    }

    private void arguments(int index, String piece, Consumer<StreamChunk> out) {
        Open call = calls.get(index);
        if (others.containsKey(index)) {
            return;
        }
        if (call == null) {
            lost |= !piece.isEmpty();
            return;
        }
        call.arguments.add(piece);
        String fresh = call.arguments.fresh();
        if (!fresh.isEmpty()) {
            out.accept(call.part(fresh));
        }
    }

    void stop(int index, Consumer<StreamChunk> out) {
        Opaque other = others.remove(index);
        if (other != null) {
            VendorData whole = VendorFields.data(DialectName.GEMINI_INTERACTIONS, other.fields());
            out.accept(new StreamChunk.Block(
                    new ContentBlock.Opaque(other.type(), Objects.requireNonNull(whole)), other.block()));
        }
        Open call = calls.remove(index);
        if (call == null) {
            return;
        }
        String rest = call.arguments.rest();
        if (!rest.isEmpty()) {
            out.accept(call.part(rest));
        }
        String arguments = call.arguments.text();
        out.accept(new StreamChunk.ToolCallDone(
                call.call, new ToolCall(call.id, call.name, arguments.isEmpty() ? "{}" : arguments), call.block));
    }

    /** Completes the steps that did not stop. */
    void end(Consumer<StreamChunk> out) {
        for (Integer index : others.keySet().toArray(Integer[]::new)) {
            stop(index, out);
        }
        for (Integer index : calls.keySet().toArray(Integer[]::new)) {
            stop(index, out);
        }
        flush(out);
        if (!announced.isEmpty()) {
            throw CallArguments.rejected("a tool call without a name");
        }
        if (lost) {
            throw CallArguments.rejected("arguments of a tool call that never began");
        }
    }
}

package dev.understudy.provider.anthropic;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.CallArguments;
import dev.understudy.provider.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A block of a stream that is not complete yet. Not thread-safe. */
final class AnthropicOpenBlock {

    private final AnthropicBlock begun;
    private final int number;
    private final int call;
    private final StringBuilder json = new StringBuilder(0);
    private final CallArguments arguments = new CallArguments();
    private final Map<String, @Nullable Object> fields;
    private final List<Object> citations = new ArrayList<>(0);
    private String signature = "";

    /**
     * @param number number of the block in the answer
     * @param call number of the call, -1 if the block is none
     */
    AnthropicOpenBlock(AnthropicBlock begun, int number, int call) {
        this.begun = begun;
        this.number = number;
        this.call = call;
        this.fields = begun.isOpaque() ? new LinkedHashMap<>(begun.fields()) : begun.fields();
    }

    void begin(Consumer<StreamChunk> out) {
        if (begun.type().equals("text")) {
            say(begun.text(), out);
        } else if (begun.type().equals("thinking")) {
            think(begun.text(), out);
        } else if (call >= 0) {
            out.accept(new StreamChunk.ToolCallPart(call, begun.id(), begun.name(), "", number));
        }
    }

    void add(AnthropicEvent event, Consumer<StreamChunk> out) {
        if (begun.isOpaque()) {
            merge(event);
            return;
        }
        say(event.text, out);
        think(event.thinking, out);
        if (!event.signature.isEmpty()) {
            signature = event.signature;
        }
        if (call >= 0) {
            addArguments(event.json, out);
        }
        if (event.more != null && event.more.get("citation") != null) {
            citations.add(event.more.get("citation"));
        }
    }

    /** Returns true for a call, or for a block of the vendor's own, which may be one. */
    boolean takesArguments() {
        return call >= 0 || begun.isOpaque();
    }

    /** Returns true for a call whose arguments have not arrived. */
    boolean lacksArguments() {
        return call >= 0 && arguments.isMissing();
    }

    /** Returns true if a block begins that is this call once more. */
    boolean isAgain(AnthropicBlock other) {
        return call >= 0
                && other.type().equals(begun.type())
                && !begun.id().isEmpty()
                && begun.id().equals(other.id());
    }

    void addArguments(String fragment, Consumer<StreamChunk> out) {
        arguments.add(fragment);
        part(arguments.fresh(), out);
    }

    private void part(String fresh, Consumer<StreamChunk> out) {
        if (!fresh.isEmpty()) {
            out.accept(new StreamChunk.ToolCallPart(call, begun.id(), begun.name(), fresh, number));
        }
    }

    private void say(String text, Consumer<StreamChunk> out) {
        if (!text.isEmpty()) {
            out.accept(new StreamChunk.Text(text, number));
        }
    }

    private void think(String thought, Consumer<StreamChunk> out) {
        if (!thought.isEmpty()) {
            out.accept(new StreamChunk.Reasoning(thought, null, number));
        }
    }

    /** Adds the fields of a delta: text is appended to the field of its name, anything else replaces it. */
    private void merge(AnthropicEvent event) {
        json.append(event.json);
        append("text", event.text);
        if (event.more != null) {
            event.more.forEach((name, value) -> {
                if (value instanceof String text) {
                    append(name, text);
                } else if (value != null) {
                    fields.put(name, value);
                }
            });
        }
    }

    private void append(String name, String text) {
        if (!text.isEmpty()) {
            fields.put(name, fields.get(name) instanceof String before ? before + text : text);
        }
    }

    void close(Consumer<StreamChunk> out) {
        if (begun.isOpaque()) {
            closeOpaque(out);
        } else if (call >= 0) {
            closeCall(out);
        } else {
            ReasoningBlock.Signature signed =
                    signature.isEmpty() ? begun.reasoningSignature() : AnthropicBlock.signature(signature, false);
            if (signed != null) {
                out.accept(new StreamChunk.Reasoning("", signed, number));
            }
            VendorData data = data();
            if (data != null) {
                out.accept(new StreamChunk.BlockData(data, number));
            }
        }
    }

    private @Nullable VendorData data() {
        if (citations.isEmpty()) {
            return begun.vendorData();
        }
        Map<String, @Nullable Object> cited = new LinkedHashMap<>(begun.fields());
        cited.put("citations", citations);
        return new AnthropicBlock(begun.type(), cited).vendorData();
    }

    private void closeOpaque(Consumer<StreamChunk> out) {
        if (json.length() > 0) {
            Map<String, @Nullable Object> input = Json.object(json.toString());
            fields.put("input", input == null ? json.toString() : input);
        }
        ContentBlock content = new AnthropicBlock(begun.type(), fields).content();
        if (content != null) {
            out.accept(new StreamChunk.Block(content, number));
        }
    }

    private void closeCall(Consumer<StreamChunk> out) {
        if (begun.name().isEmpty()) {
            throw CallArguments.rejected("a tool call without a name");
        }
        if (arguments.isMissing()) {
            arguments.add(begun.input());
        }
        part(arguments.rest(), out);
        out.accept(new StreamChunk.ToolCallDone(
                call, new ToolCall(begun.id(), begun.name(), arguments.text(), begun.vendorData()), number));
    }
}

package dev.understudy.provider.bedrock;

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

/** A block of a stream that is not complete yet: a call, reasoning, a cited text or another one. Not thread-safe. */
final class BedrockOpenBlock {

    private final int number;
    private final int call;
    private final String id;
    private final String name;
    private final Map<String, @Nullable Object> other;
    private final StringBuilder json = new StringBuilder(0);
    private final CallArguments arguments = new CallArguments();
    private final StringBuilder signature = new StringBuilder(0);
    private final List<@Nullable Object> citations = new ArrayList<>(0);
    private final List<@Nullable Object> results = new ArrayList<>(0);

    /**
     * @param number number of the block in the answer
     * @param call number of the call, -1 if the block is none
     * @param begun the event that begins the block
     */
    BedrockOpenBlock(int number, int call, BedrockBlock begun) {
        this.number = number;
        this.call = call;
        this.id = begun.callId;
        this.name = begun.name;
        this.other = begun.other;
    }

    StreamChunk part(String arguments) {
        return new StreamChunk.ToolCallPart(call, id, name, arguments, number);
    }

    void add(BedrockBlock block, Consumer<StreamChunk> out) {
        signature.append(block.signature);
        citations.addAll(block.citations);
        if (!block.input.isEmpty()) {
            if (call >= 0) {
                addArguments(block.input, out);
            } else {
                json.append(block.input);
            }
        }
        block.other.values().forEach(value -> {
            if (value instanceof List<?> list) {
                results.addAll(list);
            }
        });
    }

    /** Returns true for a call, or for a block of the vendor's own, which may be one. */
    boolean takesArguments() {
        return call >= 0 || !other.isEmpty();
    }

    /** Returns true for a call whose arguments have not arrived. */
    boolean lacksArguments() {
        return call >= 0 && arguments.isMissing();
    }

    /** Returns true if a call begins that is this one once more. */
    boolean isAgain(BedrockBlock begun) {
        return call >= 0 && begun.isCall && !id.isEmpty() && id.equals(begun.callId);
    }

    void addArguments(String fragment, Consumer<StreamChunk> out) {
        arguments.add(fragment);
        String fresh = arguments.fresh();
        if (!fresh.isEmpty()) {
            out.accept(part(fresh));
        }
    }

    void close(Consumer<StreamChunk> out) {
        if (call >= 0) {
            if (name.isEmpty()) {
                throw CallArguments.rejected("a tool call without a name");
            }
            if (arguments.isMissing()) {
                arguments.add("{}");
            }
            String rest = arguments.rest();
            if (!rest.isEmpty()) {
                out.accept(part(rest));
            }
            out.accept(new StreamChunk.ToolCallDone(call, new ToolCall(id, name, arguments.text()), number));
            return;
        }
        ReasoningBlock.Signature signed = BedrockBlock.signed(signature.toString());
        if (signed != null) {
            out.accept(new StreamChunk.Reasoning("", signed, number));
        }
        VendorData cited = BedrockBlock.cited(citations);
        if (cited != null) {
            out.accept(new StreamChunk.BlockData(cited, number));
        }
        ContentBlock opaque = BedrockBlock.opaque(whole());
        if (opaque != null) {
            out.accept(new StreamChunk.Block(opaque, number));
        }
    }

    private Map<String, @Nullable Object> whole() {
        Map<String, @Nullable Object> whole = new LinkedHashMap<>();
        other.forEach((type, value) -> {
            if (value instanceof Map<?, ?> begun) {
                Map<Object, @Nullable Object> fields = new LinkedHashMap<>(begun);
                if (json.length() > 0) {
                    Map<String, @Nullable Object> input = Json.object(json.toString());
                    fields.put("input", input == null ? json.toString() : input);
                }
                if (!results.isEmpty()) {
                    fields.put("content", results);
                }
                whole.put(type, fields);
            } else {
                whole.put(type, value);
            }
        });
        return whole;
    }
}

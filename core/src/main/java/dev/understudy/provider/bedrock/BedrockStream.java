package dev.understudy.provider.bedrock;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.dialect.CallArguments;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a stream of Converse: messageStart, contentBlockStart (for tools only), contentBlockDelta,
 * contentBlockStop, messageStop, then metadata with the tokens. The answer is complete with messageStop. Exceptions are
 * messages of their own. Events may also be nested in an object that names them, as InvokeModel sends them for Nova.
 */
final class BedrockStream implements StreamDecoder {

    private final String provider;
    private final String requestedModel;
    private final BedrockMetadata end = new BedrockMetadata();
    private final Map<Integer, BedrockOpenBlock> open = new TreeMap<>();
    private final JsonReader reader = new JsonReader();
    private int calls;
    private boolean terminated;

    /** Arguments came that belong to no call. */
    private boolean lost;

    // Fields of the current event.
    private String type = "";
    private int index;
    private final BedrockBlock block = new BedrockBlock();

    BedrockStream(String provider, String requestedModel) {
        this.provider = provider;
        this.requestedModel = requestedModel;
    }

    @Override
    public void read(Framing event, Consumer<StreamChunk> out) {
        if (terminated) {
            return;
        }
        if (event.isErrorField()) {
            throw InBandError.of(event.payload(), event.offset(), event.length(), event.event());
        }
        if (event.isKeepAlive()) {
            return;
        }
        type = event.event();
        index = 0;
        block.clear();
        String stopReason = end.stopReason;
        try {
            parse(reader.open(event.payload(), event.offset(), event.length()));
        } catch (CallFailed malformed) {
            end.stopReason = stopReason; // a malformed event counts for nothing
            throw malformed;
        }
        emit(event, out);
    }

    private void parse(JsonReader in) {
        if (!in.object()) {
            throw JsonErrors.rejected("an event that is no JSON object");
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "contentBlockIndex" -> index = in.integer(0);
                case "start", "delta" -> block.read(in);
                case "stopReason" -> end.stopReason = in.string();
                case "usage" -> end.usage(in);
                case "messageStart",
                        "contentBlockStart",
                        "contentBlockDelta",
                        "contentBlockStop",
                        "messageStop",
                        "metadata" -> {
                    type = in.field();
                    parse(in);
                }
                default -> in.skip();
            }
        }
    }

    private void emit(Framing event, Consumer<StreamChunk> out) {
        switch (type) {
            case "contentBlockStart" -> begin(out);
            case "contentBlockDelta" -> goOn(out);
            case "contentBlockStop" -> {
                BedrockOpenBlock closed = open.remove(index);
                if (closed != null) {
                    open.values().removeIf(each -> each == closed);
                    closed.close(out);
                }
            }
            case "messageStop" -> end.check();
            case "metadata" -> terminated = finished();
            default -> {
                if (type.endsWith("Exception")) {
                    throw InBandError.of(event.payload(), event.offset(), event.length(), type);
                }
            }
        }
    }

    private void begin(Consumer<StreamChunk> out) {
        if (!block.isCall && block.other.isEmpty()) {
            return;
        }
        BedrockOpenBlock before = open.get(index);
        if (before != null && before.isAgain(block)) {
            return;
        }
        BedrockOpenBlock begun = new BedrockOpenBlock(index, block.isCall ? calls++ : -1, block);
        BedrockOpenBlock replaced = open.put(index, begun);
        if (replaced != null) {
            replaced.close(out);
        }
        if (block.isCall) {
            out.accept(begun.part(""));
        }
    }

    private void goOn(Consumer<StreamChunk> out) {
        if (!block.text.isEmpty()) {
            out.accept(new StreamChunk.Text(block.text, index));
        }
        if (!block.reasoning.isEmpty()) {
            out.accept(new StreamChunk.Reasoning(block.reasoning, null, index));
        }
        if (!block.redacted.isEmpty()) {
            out.accept(new StreamChunk.Reasoning("", block.reasoningSignature(), index));
        }
        BedrockOpenBlock at = open.get(index);
        if (block.isCall && (at == null || !at.takesArguments())) {
            at = callWithoutStart(out);
        }
        if (at == null && (!block.signature.isEmpty() || !block.citations.isEmpty())) {
            at = new BedrockOpenBlock(index, -1, block);
            open.put(index, at);
        }
        if (at != null) {
            at.add(block, out);
        }
    }

    /**
     * Returns the call that the fragment belongs to where no event began one: a new call if the fragment has a name,
     * else the only call that lacks arguments; null for none.
     */
    private @Nullable BedrockOpenBlock callWithoutStart(Consumer<StreamChunk> out) {
        if (!block.name.isEmpty()) {
            begin(out);
            return open.get(index);
        }
        List<BedrockOpenBlock> waiting =
                open.values().stream().filter(BedrockOpenBlock::lacksArguments).toList();
        if (waiting.size() == 1) {
            open.put(index, waiting.get(0));
            return waiting.get(0);
        }
        lost |= !block.input.isEmpty();
        return null;
    }

    @Override
    public boolean finished() {
        return end.stopReason != null;
    }

    @Override
    public boolean terminated() {
        return terminated;
    }

    @Override
    public void end(Consumer<StreamChunk> out) {
        if (!finished()) {
            throw new CallFailed(Failure.of(FailureKind.TRUNCATED, "the stream ended without a stop reason"));
        }
        open.values().stream().distinct().forEach(each -> each.close(out));
        open.clear();
        if (lost) {
            throw CallArguments.rejected("arguments of a tool call that never began");
        }
        out.accept(end.finish(calls > 0, provider, requestedModel));
    }
}

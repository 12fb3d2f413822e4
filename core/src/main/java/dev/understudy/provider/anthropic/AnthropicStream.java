package dev.understudy.provider.anthropic;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.dialect.CallArguments;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.json.JsonErrors;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Decodes a stream: message_start, content_block_start, _delta and _stop, message_delta, message_stop. Pings and unknown
 * events are skipped; blocks of other types than text, reasoning and calls are emitted whole. After a stop reason only an error reported by
 * the vendor fails the answer, and after message_stop nothing does. The fields of an event may come in any order.
 */
public final class AnthropicStream implements StreamDecoder {

    private final String provider;
    private final String requestedModel;
    private final AnthropicMetadata end = new AnthropicMetadata();
    private final AnthropicEvent event = new AnthropicEvent();
    private final Map<Integer, AnthropicOpenBlock> open = new TreeMap<>();
    private int blocks;
    private int calls;
    private boolean stopped;

    /** Arguments came that belong to no call. */
    private boolean lost;

    public AnthropicStream(String provider, String requestedModel) {
        this.provider = provider;
        this.requestedModel = requestedModel;
    }

    @Override
    public void read(Framing framing, Consumer<StreamChunk> out) {
        if (stopped || isDone(framing)) {
            return;
        }
        boolean namedError = framing.event().equals("error");
        try {
            event.read(framing, end, finished());
        } catch (CallFailed failed) {
            if (namedError || framing.isErrorField()) {
                throw inBand(framing);
            }
            if (finished() || framing.isUnterminated()) {
                return;
            }
            throw failed;
        }
        if (event.isError || namedError || (framing.isErrorField() && event.type.isEmpty())) {
            throw inBand(framing);
        }
        identify();
        if (event.stopReason != null) {
            end.stopReason = event.stopReason;
        }
        tell(event.type.isEmpty() ? framing.event() : event.type, out);
    }

    /** Gateways that also speak OpenAI's dialect may end with its marker, which is ignored. */
    private static boolean isDone(Framing framing) {
        return framing.length() == 6
                && framing.payload()[framing.offset()] == '['
                && framing.payload()[framing.offset() + 1] == 'D';
    }

    private static CallFailed inBand(Framing framing) {
        return InBandError.of(framing.payload(), framing.offset(), framing.length());
    }

    /** Fails on a second message_start with another id, which belongs to another answer. */
    private void identify() {
        if (event.messageId == null) {
            return;
        }
        if (end.id != null && !end.id.equals(event.messageId)) {
            throw JsonErrors.rejected("a second message_start with another id: two answers in one stream");
        }
        end.id = event.messageId;
    }

    private void tell(String type, Consumer<StreamChunk> out) {
        switch (type) {
            case "content_block_start" -> begin(out);
            case "content_block_delta" -> goOn(out);
            case "content_block_stop" -> {
                AnthropicOpenBlock closed = open.remove(event.index);
                if (closed != null) {
                    open.values().removeIf(each -> each == closed);
                    closed.close(out);
                }
            }
            case "message_stop" -> stopped = true;
            default -> {}
        }
    }

    private void begin(Consumer<StreamChunk> out) {
        AnthropicBlock begun = event.block;
        if (begun == null || begun.type().isEmpty()) {
            return;
        }
        end.served(begun.fallback());
        AnthropicOpenBlock replaced = open.get(event.index);
        if (replaced != null && replaced.isAgain(begun)) {
            return;
        }
        if (replaced != null) {
            replaced.close(out);
        }
        open(begun).begin(out);
    }

    private AnthropicOpenBlock open(AnthropicBlock begun) {
        AnthropicOpenBlock opened =
                new AnthropicOpenBlock(begun, blocks++, begun.type().equals("tool_use") ? calls++ : -1);
        open.put(event.index, opened);
        return opened;
    }

    private void goOn(Consumer<StreamChunk> out) {
        AnthropicOpenBlock at = open.get(event.index);
        if (!event.json.isEmpty() && (at == null || !at.takesArguments())) {
            misplaced(out);
            return;
        }
        if (at == null && event.text.isEmpty() && event.thinking.isEmpty()) {
            return;
        }
        (at == null ? open(AnthropicBlock.ofText()) : at).add(event, out);
    }

    /** Adds arguments at an index without a call to the only call that lacks them. */
    private void misplaced(Consumer<StreamChunk> out) {
        List<AnthropicOpenBlock> waiting = open.values().stream()
                .filter(AnthropicOpenBlock::lacksArguments)
                .toList();
        if (waiting.size() == 1) {
            waiting.get(0).addArguments(event.json, out);
            open.put(event.index, waiting.get(0));
        } else {
            lost = true;
        }
    }

    @Override
    public boolean finished() {
        return stopped || end.stopReason != null;
    }

    @Override
    public boolean terminated() {
        return stopped;
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

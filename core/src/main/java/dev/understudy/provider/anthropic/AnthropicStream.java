package dev.understudy.provider.anthropic;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.json.JsonErrors;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Decodes a stream: message_start, content_block_start, _delta and _stop, message_delta, message_stop. Pings, unknown
 * events and blocks of tools that the vendor runs itself are skipped. After a stop reason only an error reported by
 * the vendor fails the answer, and after message_stop nothing does. The fields of an event may come in any order.
 */
public final class AnthropicStream implements StreamDecoder {

    /** A tool call or reasoning block that is not complete yet. */
    private static final class Open {
        private final AnthropicBlock block;
        private final int call;
        private final StringBuilder json = new StringBuilder();
        private String signature = "";

        Open(AnthropicBlock block, int call) {
            this.block = block;
            this.call = call;
        }
    }

    private final String provider;
    private final String requestedModel;
    private final AnthropicMetadata end = new AnthropicMetadata();
    private final AnthropicEvent event = new AnthropicEvent();
    private final Map<Integer, Open> open = new TreeMap<>();
    private int calls;
    private boolean stopped;

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
                Open closed = open.remove(event.index);
                if (closed != null) {
                    close(closed, out);
                }
            }
            case "message_stop" -> stopped = true;
            default -> {}
        }
    }

    private void begin(Consumer<StreamChunk> out) {
        AnthropicBlock begun = event.block;
        if (begun == null) {
            return;
        }
        switch (begun.type()) {
            case "text" -> say(begun.text(), out);
            case "thinking" -> {
                think(begun.text(), out);
                open.put(event.index, new Open(begun, -1));
            }
            case "redacted_thinking" -> {
                if (begun.reasoningSignature() != null) {
                    out.accept(new StreamChunk.Reasoning("", begun.reasoningSignature()));
                }
            }
            case "tool_use" -> {
                Open replaced = open.put(event.index, new Open(begun, calls));
                if (replaced != null) {
                    close(replaced, out);
                }
                out.accept(new StreamChunk.ToolCallPart(calls, begun.id(), begun.name(), ""));
                calls++;
            }
            default -> {}
        }
    }

    private void goOn(Consumer<StreamChunk> out) {
        say(event.text, out);
        think(event.thinking, out);
        Open at = open.get(event.index);
        if (at == null) {
            return;
        }
        if (!event.signature.isEmpty()) {
            at.signature = event.signature;
        }
        if (!event.json.isEmpty() && at.call >= 0) {
            at.json.append(event.json);
            out.accept(new StreamChunk.ToolCallPart(at.call, at.block.id(), at.block.name(), event.json));
        }
    }

    private static void say(String text, Consumer<StreamChunk> out) {
        if (!text.isEmpty()) {
            out.accept(new StreamChunk.Text(text));
        }
    }

    private static void think(String thought, Consumer<StreamChunk> out) {
        if (!thought.isEmpty()) {
            out.accept(new StreamChunk.Reasoning(thought, null));
        }
    }

    private static void close(Open closed, Consumer<StreamChunk> out) {
        if (closed.call >= 0) {
            String arguments = closed.json.toString();
            if (arguments.isEmpty()) {
                arguments = closed.block.input();
                out.accept(
                        new StreamChunk.ToolCallPart(closed.call, closed.block.id(), closed.block.name(), arguments));
            }
            out.accept(new StreamChunk.ToolCallDone(
                    closed.call, new ToolCall(closed.block.id(), closed.block.name(), arguments)));
            return;
        }
        ReasoningBlock.Signature reasoningSignature = closed.signature.isEmpty()
                ? closed.block.reasoningSignature()
                : AnthropicBlock.signature(closed.signature, false);
        if (reasoningSignature != null) {
            out.accept(new StreamChunk.Reasoning("", reasoningSignature));
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
        open.values().forEach(each -> close(each, out));
        open.clear();
        out.accept(end.finish(calls > 0, provider, requestedModel));
    }
}

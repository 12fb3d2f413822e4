package dev.understudy.provider;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Seal;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream of Anthropic: message_start, content_block_start / _delta / _stop, message_delta, message_stop. Pings
 * and whatever is not known are passed over, and so are the blocks of tools that the vendor runs itself. After a stop
 * reason nothing but an error that the vendor tells of fails the answer, and after message_stop nothing at all. The
 * fields of an event may come in any order.
 */
final class AnthropicStream implements StreamDecoder {

    /** A tool call or a thought that is not whole yet. */
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
    private final AnthropicEnd end = new AnthropicEnd();
    private final Map<Integer, Open> open = new TreeMap<>();
    private int calls;
    private boolean stopped;

    // What the event at hand holds.
    private String type = "";
    private int index;
    private @Nullable AnthropicBlock block;
    private String text = "";
    private String thinking = "";
    private String json = "";
    private String signature = "";
    private @Nullable Object error;

    AnthropicStream(String provider, String requestedModel) {
        this.provider = provider;
        this.requestedModel = requestedModel;
    }

    @Override
    public void read(Framing event, Consumer<StreamChunk> out) {
        if (stopped || isDone(event)) {
            return;
        }
        try {
            parse(event);
        } catch (CallFailed failed) {
            if (event.isErrorField() || event.event().equals("error")) {
                throw inBand(event);
            }
            if (finished() || event.isUnterminated()) {
                return;
            }
            throw failed;
        }
        if (type.isEmpty()) {
            type = event.event();
        }
        boolean nameless = type.isEmpty() && event.isErrorField();
        if (error != null || type.equals("error") || nameless) {
            throw inBand(event);
        }
        tell(out);
    }

    /** Gateways that also speak OpenAI's dialect may close with its marker, which says nothing here. */
    private static boolean isDone(Framing event) {
        return event.length() == 6
                && event.payload()[event.offset()] == '['
                && event.payload()[event.offset() + 1] == 'D';
    }

    private static CallFailed inBand(Framing event) {
        return new CallFailed(ErrorTyping.inBand(event.payload(), event.offset(), event.length()));
    }

    private void parse(Framing event) {
        type = "";
        index = 0;
        block = null;
        text = "";
        thinking = "";
        json = "";
        signature = "";
        error = null;
        try (JsonReader in = Json.read(event.payload(), event.offset(), event.length())) {
            if (!in.object()) {
                throw Json.rejected("an event that is no JSON object");
            }
            while (in.nextField()) {
                switch (in.field()) {
                    case "type" -> type = in.string("");
                    case "index" -> index = in.integer(0);
                    case "delta" -> delta(in);
                    case "content_block" -> block = AnthropicBlock.read(in);
                    case "message" -> {
                        if (!finished()) {
                            message(in);
                        }
                    }
                    case "usage" -> end.usage(in);
                    case "error" -> error = in.value();
                    default -> in.skip();
                }
            }
        }
    }

    private void delta(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "text" -> text = in.string("");
                case "thinking" -> thinking = in.string("");
                case "partial_json" -> json = in.string("");
                case "signature" -> signature = in.string("");
                case "stop_reason" -> end.take(in);
                default -> in.skip();
            }
        }
    }

    /** A second beginning with another id is another answer: two were spliced on the way. */
    private void message(JsonReader in) {
        String before = end.id;
        if (in.object()) {
            while (in.nextField()) {
                end.take(in);
            }
        }
        if (before != null && end.id != null && !before.equals(end.id)) {
            throw Json.rejected("a second message_start with another id: two answers in one stream");
        }
        if (end.id == null) {
            end.id = before;
        }
    }

    private void tell(Consumer<StreamChunk> out) {
        switch (type) {
            case "content_block_start" -> begin(out);
            case "content_block_delta" -> goOn(out);
            case "content_block_stop" -> {
                Open closed = open.remove(index);
                if (closed != null) {
                    close(closed, out);
                }
            }
            case "message_stop" -> stopped = true;
            default -> {}
        }
    }

    private void begin(Consumer<StreamChunk> out) {
        AnthropicBlock begun = block;
        if (begun == null) {
            return;
        }
        switch (begun.type()) {
            case "text" -> say(begun.text(), out);
            case "thinking" -> {
                think(begun.text(), out);
                open.put(index, new Open(begun, -1));
            }
            case "redacted_thinking" -> {
                if (begun.seal() != null) {
                    out.accept(new StreamChunk.Reasoning("", begun.seal()));
                }
            }
            case "tool_use" -> {
                Open replaced = open.put(index, new Open(begun, calls));
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
        say(text, out);
        think(thinking, out);
        Open at = open.get(index);
        if (at == null) {
            return;
        }
        if (!signature.isEmpty()) {
            at.signature = signature;
        }
        if (!json.isEmpty() && at.call >= 0) {
            at.json.append(json);
            out.accept(new StreamChunk.ToolCallPart(at.call, at.block.id(), at.block.name(), json));
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
        Seal seal = closed.signature.isEmpty() ? closed.block.seal() : AnthropicBlock.seal(closed.signature, false);
        if (seal != null) {
            out.accept(new StreamChunk.Reasoning("", seal));
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

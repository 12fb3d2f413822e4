package dev.understudy.provider.cohere;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.CallArguments;
import dev.understudy.provider.dialect.Logprobs;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Decodes a streamed answer. The plan before tool calls is held back until the first of them: it is no part of the
 * answer, so a failure during it still allows failover.
 */
final class CohereStream implements StreamDecoder {

    // Numbers of the content blocks, whose fields have no order of their own.
    private static final int REASONING = 0;
    private static final int TEXT = 1;
    private static final int CALL = 2;

    /** A tool call that is not complete yet. */
    private static final class Open {
        private final int index;
        private final CohereMessage.Call first;
        private final CallArguments arguments = new CallArguments();

        Open(int index, CohereMessage.Call first) {
            this.index = index;
            this.first = first;
        }

        StreamChunk part(String fragment) {
            return new StreamChunk.ToolCallPart(index, first.id(), first.name(), fragment, CALL + index);
        }
    }

    private final String provider;
    private final ChatRequest request;
    private final CohereMetadata end = new CohereMetadata();
    private final Map<Integer, Open> open = new TreeMap<>();
    private final StringBuilder plan = new StringBuilder();
    private final CohereTextData textData;
    private final JsonReader reader = new JsonReader();
    private boolean saidText;
    private int calls;
    private boolean ended;
    private boolean done;

    /** Arguments came that belong to no call. */
    private boolean lost;

    // Fields of the current event.
    private final CohereMessage message = new CohereMessage();
    private String type = "";
    private int index;
    private boolean isError;

    CohereStream(String provider, ChatRequest request) {
        this.provider = provider;
        this.request = request;
        this.textData = new CohereTextData(request);
    }

    @Override
    public void read(Framing event, Consumer<StreamChunk> out) {
        if (done) {
            return;
        }
        if (event.saysDone()) {
            done = finished();
            return;
        }
        boolean named = event.isErrorField() || event.event().equals("error");
        boolean finished = finished();
        String finish = end.finish;
        try {
            parse(event);
        } catch (CallFailed failed) {
            if (named) {
                throw inBand(event);
            }
            end.finish = finish; // a malformed event counts for nothing
            if (finished || event.isUnterminated()) {
                return;
            }
            throw failed;
        }
        if (type.isEmpty()) {
            type = event.event();
        }
        if (isError || type.equals("error") || (named && type.isEmpty())) {
            throw inBand(event);
        }
        end.failIfError(event.payload(), event.offset(), event.length());
        if (!ended) {
            emit(out);
        }
    }

    private static CallFailed inBand(Framing event) {
        return InBandError.of(event.payload(), event.offset(), event.length());
    }

    private void parse(Framing event) {
        message.clear();
        type = "";
        index = 0;
        isError = false;
        JsonReader in = reader.open(event.payload(), event.offset(), event.length());
        if (!in.object()) {
            throw JsonErrors.rejected("an event that is no JSON object");
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "type" -> type = in.word("");
                case "index" -> index = in.integer(0);
                case "delta" -> delta(in);
                case Logprobs.FIELD -> textData.logprobs(in);
                // An error without a wrapper, as with a status of its own.
                case "message" -> isError = in.isString();
                default -> {
                    if (!end.read(in)) {
                        in.skip();
                    }
                }
            }
        }
    }

    private void delta(JsonReader in) {
        if (in.object()) {
            while (in.nextField()) {
                if (in.field().equals("message")) {
                    message.read(in);
                } else if (!end.read(in)) {
                    in.skip();
                }
            }
        }
    }

    private void emit(Consumer<StreamChunk> out) {
        plan.append(message.plan);
        textData.citations(message.citations);
        if (!message.thinking.isEmpty()) {
            out.accept(new StreamChunk.Reasoning(message.thinking, null, REASONING));
        }
        if (!message.text.isEmpty()) {
            saidText = true;
            out.accept(new StreamChunk.Text(message.text, TEXT));
        }
        switch (type) {
            case "tool-call-start" -> message.calls.forEach(call -> begin(call, out));
            case "tool-call-delta" -> message.calls.forEach(call -> goOn(call, out));
            case "tool-call-end" -> close(out);
            case "message-end" -> ended = true;
            default -> {}
        }
    }

    private void begin(CohereMessage.Call call, Consumer<StreamChunk> out) {
        Open before = open.get(index);
        if (before != null && !call.id().isEmpty() && call.id().equals(before.first.id())) {
            return; // the same call once more
        }
        close(out);
        ReasoningBlock.Signature reasoningSignature = CohereAnswer.planSignature(plan.toString());
        if (reasoningSignature != null) {
            out.accept(new StreamChunk.Reasoning("", reasoningSignature, REASONING));
            plan.setLength(0);
        }
        Open first = new Open(calls++, call);
        open.put(index, first);
        first.arguments.add(call.arguments());
        out.accept(first.part(first.arguments.fresh()));
    }

    /** Adds arguments to the call of the event; without one to the only call that lacks them. */
    private void goOn(CohereMessage.Call call, Consumer<StreamChunk> out) {
        if (call.arguments().isEmpty()) {
            return;
        }
        Open at = open.get(index);
        if (at == null && !call.name().isEmpty()) {
            begin(call, out);
            return;
        }
        if (at == null) {
            List<Open> waiting = open.values().stream()
                    .filter(each -> each.arguments.isMissing())
                    .toList();
            if (waiting.size() != 1) {
                lost = true;
                return;
            }
            at = waiting.get(0);
            open.put(index, at);
        }
        at.arguments.add(call.arguments());
        String fresh = at.arguments.fresh();
        if (!fresh.isEmpty()) {
            out.accept(at.part(fresh));
        }
    }

    /** Completes the call at the index of the event, if one is open. */
    private void close(Consumer<StreamChunk> out) {
        Open closed = open.remove(index);
        if (closed != null) {
            open.values().removeIf(each -> each == closed);
            done(closed, out);
        }
    }

    private static void done(Open closed, Consumer<StreamChunk> out) {
        if (closed.first.name().isEmpty()) {
            throw CallArguments.rejected("a tool call without a name");
        }
        String rest = closed.arguments.rest();
        if (!rest.isEmpty()) {
            out.accept(closed.part(rest));
        }
        out.accept(new StreamChunk.ToolCallDone(
                closed.index,
                new ToolCall(closed.first.id(), closed.first.name(), closed.arguments.text()),
                CALL + closed.index));
    }

    @Override
    public boolean finished() {
        return ended || end.finish != null;
    }

    @Override
    public boolean terminated() {
        return done;
    }

    @Override
    public void end(Consumer<StreamChunk> out) {
        if (!finished()) {
            throw new CallFailed(Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason"));
        }
        open.values().stream().distinct().forEach(each -> done(each, out));
        open.clear();
        if (lost) {
            throw CallArguments.rejected("arguments of a tool call that never began");
        }
        VendorData about = saidText ? textData.data() : null;
        if (about != null) {
            out.accept(new StreamChunk.BlockData(about, TEXT));
        }
        out.accept(end.finish(calls > 0, provider, request.model()));
    }
}

package dev.understudy.provider.ollama;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.Logprobs;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.dialect.SyntheticCallIds;
import dev.understudy.provider.dialect.VendorFields;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.framing.Framing;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a streamed answer. The line with {@code done} completes it and has the tokens; servers that leave it out tell
 * a reason for the end.
 */
final class OllamaStream implements StreamDecoder {

    // Numbers of the content blocks, whose fields have no order of their own.
    private static final int REASONING = 0;
    private static final int TEXT = 1;
    private static final int CALL = 2;

    /** Marks the reasoning as this dialect's, so that it goes back with the calls. */
    static final VendorData ORIGIN = new VendorData(DialectName.OLLAMA, "{\"field\":\"thinking\"}");

    private final String provider;
    private final ChatRequest request;
    private final OllamaEvent line;
    private final List<Object> logprobs = new ArrayList<>(0);
    private boolean done;
    private @Nullable String reason;
    private int calls;

    /** Calls with an id, which some servers repeat. */
    private final Set<String> ids = new HashSet<>(0);

    private boolean hasReasoning;

    OllamaStream(String provider, ChatRequest request) {
        this.provider = provider;
        this.request = request;
        this.line = new OllamaEvent(Logprobs.areAskedFor(request, DialectName.OLLAMA));
    }

    @Override
    public void read(Framing framing, Consumer<StreamChunk> out) {
        if (done) {
            return;
        }
        try {
            line.read(framing.payload(), framing.offset(), framing.length());
        } catch (CallFailed failed) {
            if (framing.isErrorField()) {
                throw InBandError.noAnswer(framing.copy(), "text where JSON was expected");
            }
            if (framing.isUnterminated()) {
                return;
            }
            throw failed;
        }
        if (line.isError) {
            throw InBandError.of(framing.payload(), framing.offset(), framing.length());
        }
        emit(out);
        done = line.done;
        reason = line.reason == null ? reason : line.reason;
        if ("error".equalsIgnoreCase(reason)) {
            throw new CallFailed(Failure.of(FailureKind.SERVER, "the server ended the answer with error")
                    .withStatus(0, "error"));
        }
    }

    private void emit(Consumer<StreamChunk> out) {
        if (!line.thinking.isEmpty()) {
            hasReasoning = true;
            out.accept(new StreamChunk.Reasoning(line.thinking, null, REASONING));
        }
        if (hasReasoning && (!line.text.isEmpty() || !line.calls.isEmpty())) {
            reasoningData(out);
        }
        if (!line.text.isEmpty()) {
            logprobs.addAll(line.logprobs);
            out.accept(new StreamChunk.Text(line.text, TEXT));
        }
        for (ToolCall received : line.calls) {
            if (!received.id().isEmpty() && !ids.add(received.id() + received.arguments())) {
                continue; // the same call once more
            }
            String id = received.id().isEmpty()
                    ? SyntheticCallIds.of(SyntheticCallIds.salt(request, line.created), calls)
                    : received.id();
            ToolCall call = new ToolCall(id, received.name(), received.arguments());
            out.accept(new StreamChunk.ToolCallPart(calls, call.id(), call.name(), call.arguments(), CALL + calls));
            out.accept(new StreamChunk.ToolCallDone(calls, call, CALL + calls));
            calls++;
        }
    }

    private void reasoningData(Consumer<StreamChunk> out) {
        hasReasoning = false;
        out.accept(new StreamChunk.BlockData(ORIGIN, REASONING));
    }

    @Override
    public boolean finished() {
        return done || reason != null;
    }

    @Override
    public boolean terminated() {
        return done;
    }

    @Override
    public void end(Consumer<StreamChunk> out) {
        if (!finished()) {
            throw new CallFailed(Failure.of(FailureKind.TRUNCATED, "the stream ended before it was done"));
        }
        if (hasReasoning) {
            reasoningData(out);
        }
        VendorData about = logprobs.isEmpty()
                ? null
                : VendorFields.data(DialectName.OLLAMA, ExtraFields.fields(Logprobs.FIELD, logprobs));
        if (about != null) {
            out.accept(new StreamChunk.BlockData(about, TEXT));
        }
        out.accept(new StreamChunk.Finish(
                finishReason(),
                line.input == 0 && line.output == 0 ? Usage.none() : Usage.of(line.input, line.output),
                new VendorMetadata(null, line.model, reason, null),
                ServedBy.by(provider, request.model())));
    }

    /** Old servers send no reason, and none reports tool calls as one. */
    private FinishReason finishReason() {
        return switch (reason == null ? "stop" : reason.toLowerCase(Locale.ROOT)) {
            case "stop" -> calls > 0 ? FinishReason.TOOL_CALLS : FinishReason.STOP;
            case "tool_calls" -> FinishReason.TOOL_CALLS;
            case "length" -> FinishReason.LENGTH;
            default -> FinishReason.OTHER;
        };
    }
}

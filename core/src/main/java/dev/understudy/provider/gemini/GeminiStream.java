package dev.understudy.provider.gemini;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.StreamChunk.Reasoning;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.dialect.SyntheticCallIds;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.framing.Framing;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a streamed answer. There is no terminal marker: a finish reason, or the reason for a blocked prompt,
 * completes the answer. Some servers send a finish reason with every chunk, so content is read after it as well.
 */
final class GeminiStream implements StreamDecoder {

    private final String provider;
    private final ChatRequest request;
    private final boolean whole;
    private final GeminiEvent event = new GeminiEvent();
    private @Nullable String finish;
    private boolean answered;
    private boolean terminated;
    private int calls;

    // A tool call whose arguments are fragmented.
    private @Nullable ToolCall open;
    private GeminiArguments pieces = new GeminiArguments();

    /** @param whole true if the body is one answer, which is complete without a finish reason as well */
    GeminiStream(String provider, ChatRequest request, boolean whole) {
        this.provider = provider;
        this.request = request;
        this.whole = whole;
    }

    @Override
    public void read(Framing framing, Consumer<StreamChunk> out) {
        if (terminated) {
            return;
        }
        if (framing.saysDone()) {
            terminated = finished();
            return;
        }
        boolean named = framing.event().equals("error");
        try {
            event.read(framing.payload(), framing.offset(), framing.length());
        } catch (CallFailed failed) {
            if (framing.isErrorField() || named) {
                throw InBandError.noAnswer(framing.copy(), "text where JSON was expected");
            }
            if (finished() || framing.isUnterminated()) {
                return;
            }
            throw failed;
        }
        boolean nameless = framing.isErrorField() && !event.isAnswer;
        emit(out);
        if (event.isError || named || nameless) {
            throw InBandError.of(framing.payload(), framing.offset(), framing.length());
        }
        Failure failure = GeminiFinishReason.failure(event.finish);
        if (failure != null) {
            throw new CallFailed(failure);
        }
    }

    private void emit(Consumer<StreamChunk> out) {
        answered |= event.isAnswer;
        for (GeminiPart part : event.parts) {
            if (part.call() != null) {
                call(part.call(), part.signature(), out);
            } else if (part.thought()) {
                think(part.text(), part.signature(), out);
            } else {
                say(part.text(), part.signature(), out);
            }
        }
        if (event.finish != null) {
            finish = event.finish;
        } else if (finish == null) {
            finish = event.block;
        }
    }

    private static void say(String text, String signature, Consumer<StreamChunk> out) {
        if (!text.isEmpty()) {
            out.accept(new StreamChunk.Text(text));
        }
        if (!signature.isEmpty()) {
            out.accept(new Reasoning("", GeminiSignature.ofText(signature)));
        }
    }

    private static void think(String thought, String signature, Consumer<StreamChunk> out) {
        if (!thought.isEmpty()) {
            out.accept(new Reasoning(thought, null));
        }
        if (!signature.isEmpty()) {
            out.accept(new Reasoning("", GeminiSignature.ofThought(signature)));
        }
    }

    private void call(GeminiPart.Call call, String signature, Consumer<StreamChunk> out) {
        if (!call.name().isEmpty()) {
            close(out);
            String id = call.id().isEmpty()
                    ? SyntheticCallIds.of(SyntheticCallIds.salt(request, event.id == null ? "" : event.id), calls)
                    : call.id();
            if (!signature.isEmpty()) {
                out.accept(new Reasoning("", GeminiSignature.ofCall(signature, id)));
            }
            open = new ToolCall(id, call.name(), call.arguments());
        }
        pieces.add(call.pieces());
        if (!call.goesOn()) {
            close(out);
        }
    }

    private void close(Consumer<StreamChunk> out) {
        ToolCall begun = open;
        GeminiArguments brought = pieces;
        open = null;
        pieces = new GeminiArguments();
        if (begun == null) {
            return;
        }
        boolean inPieces = begun.arguments().isEmpty() || !brought.isEmpty();
        ToolCall done = new ToolCall(begun.id(), begun.name(), inPieces ? brought.json() : begun.arguments());
        out.accept(new StreamChunk.ToolCallPart(calls, done.id(), done.name(), done.arguments()));
        out.accept(new StreamChunk.ToolCallDone(calls, done));
        calls++;
    }

    @Override
    public boolean finished() {
        return finish != null;
    }

    @Override
    public boolean terminated() {
        return terminated;
    }

    @Override
    public void end(Consumer<StreamChunk> out) {
        if (!finished() && !(whole && answered)) {
            throw new CallFailed(Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason"));
        }
        close(out);
        out.accept(new StreamChunk.Finish(
                GeminiFinishReason.normalised(finish, calls > 0),
                event.usage.normalised(),
                new VendorMetadata(event.id, event.model, finish, null),
                ServedBy.by(provider, request.model())));
    }
}

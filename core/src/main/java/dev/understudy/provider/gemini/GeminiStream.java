package dev.understudy.provider.gemini;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ReasoningBlock.Signature;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.StreamChunk.Reasoning;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.provider.dialect.CallArguments;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.Logprobs;
import dev.understudy.provider.dialect.MediaRequest;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.dialect.SyntheticCallIds;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.framing.Framing;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a streamed answer. There is no terminal marker: a finish reason, or the reason for a blocked prompt,
 * completes the answer. Some servers send a finish reason with every chunk, so content is read after it as well.
 */
final class GeminiStream implements StreamDecoder {

    /** Kind of the block that the next part may continue. */
    private enum Run {
        NONE,
        TEXT,
        REASONING
    }

    private final String provider;
    private final ChatRequest request;
    private final GeminiEvent event = new GeminiEvent();
    private final GeminiTextData textData;
    private @Nullable String finish;
    private boolean terminated;
    private int calls;
    private int blocks;
    private Run run = Run.NONE;

    // A tool call whose arguments are fragmented.
    private @Nullable ToolCall open;
    private int openBlock;

    /** Ids that the vendor gave to calls. */
    private final Set<String> ids = new HashSet<>(0);

    private GeminiArguments pieces = new GeminiArguments();

    GeminiStream(String provider, ChatRequest request) {
        this.provider = provider;
        this.request = request;
        this.textData = new GeminiTextData(Logprobs.areAskedFor(request, DialectName.GEMINI));
    }

    @Override
    public boolean elidesMedia() {
        return !MediaRequest.asksForMedia(
                request, ExtraFields.of(request, DialectName.GEMINI, "generationConfig", "responseModalities"));
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
        for (GeminiPart part : event.parts) {
            if (part.call() != null) {
                call(part.call(), part.signature(), out);
            } else if (part.text().isEmpty() && !part.other().isEmpty()) {
                whole(part, out);
            } else if (part.thought()) {
                think(part.text(), part.signature(), out);
            } else {
                say(part.text(), part.signature(), out);
            }
        }
        if (!event.about.isEmpty()) {
            textData.add(event.about);
        }
        if (event.finish != null) {
            finish = event.finish;
        } else if (finish == null) {
            finish = event.block;
        }
    }

    /** A signed text is a block of its own, because a signature belongs to its part only. */
    private void say(String text, String signature, Consumer<StreamChunk> out) {
        if (text.isEmpty() && signature.isEmpty()) {
            return;
        }
        int at = block(Run.TEXT, signature);
        if (!text.isEmpty()) {
            textData.text(at, signature);
            out.accept(new StreamChunk.Text(text, at));
        }
        VendorData signed = GeminiBlocks.signature(signature);
        if (signed != null) {
            out.accept(new StreamChunk.BlockData(signed, at));
        }
    }

    private void think(String thought, String signature, Consumer<StreamChunk> out) {
        if (thought.isEmpty() && signature.isEmpty()) {
            return;
        }
        int at = block(Run.REASONING, "");
        if (!thought.isEmpty()) {
            out.accept(new Reasoning(thought, null, at));
        }
        if (!signature.isEmpty()) {
            run = Run.NONE;
            out.accept(new Reasoning("", new Signature(signature, false, DialectName.GEMINI), at));
        }
    }

    private void whole(GeminiPart part, Consumer<StreamChunk> out) {
        ContentBlock block = GeminiBlocks.of(part);
        if (block != null) {
            run = Run.NONE;
            out.accept(new StreamChunk.Block(block, blocks++));
        }
    }

    /** Returns the number of the block that a part continues, or of a new one; a signed part continues none. */
    private int block(Run kind, String signature) {
        boolean signed = !signature.isEmpty();
        if (run != kind || signed) {
            blocks++;
        }
        run = signed ? Run.NONE : kind;
        return blocks - 1;
    }

    private void call(GeminiPart.Call call, String signature, Consumer<StreamChunk> out) {
        if (call.name().isEmpty() && open == null) {
            if (!call.pieces().isEmpty() || call.arguments().length() > 2) {
                throw CallArguments.rejected("a tool call without a name");
            }
            return;
        }
        boolean goesOn = open != null && !call.id().isEmpty() && call.id().equals(open.id());
        if (!goesOn && !call.id().isEmpty() && !call.name().isEmpty() && !ids.add(call.id())) {
            return; // the same call once more
        }
        if (!call.name().isEmpty() && !goesOn) {
            close(out);
            String id = call.id().isEmpty()
                    ? SyntheticCallIds.of(SyntheticCallIds.salt(request, event.id == null ? "" : event.id), calls)
                    : call.id();
            run = Run.NONE;
            openBlock = blocks++;
            open = new ToolCall(id, call.name(), call.arguments(), GeminiBlocks.signature(signature));
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
        ToolCall done = new ToolCall(
                begun.id(), begun.name(), inPieces ? brought.json() : begun.arguments(), begun.vendorData());
        out.accept(new StreamChunk.ToolCallPart(calls, done.id(), done.name(), done.arguments(), openBlock));
        out.accept(new StreamChunk.ToolCallDone(calls, done, openBlock));
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
        if (!finished()) {
            throw new CallFailed(Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason"));
        }
        close(out);
        VendorData about = textData.data();
        if (about != null) {
            out.accept(new StreamChunk.BlockData(about, textData.number()));
        }
        out.accept(new StreamChunk.Finish(
                GeminiFinishReason.normalised(finish, calls > 0),
                event.usage.normalised(),
                new VendorMetadata(event.id, event.model, finish, null),
                ServedBy.by(provider, request.model())));
    }
}

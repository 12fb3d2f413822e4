package dev.understudy.provider.openai;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.Logprobs;
import dev.understudy.provider.dialect.MediaRequest;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.framing.Framing;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a streamed answer. A finish reason completes it; usage may follow, and an error that follows fails the
 * answer nevertheless.
 */
final class OpenAiChatStream implements StreamDecoder {

    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

    private final String provider;
    private final ChatRequest request;
    private final OpenAiCompatibility openAiCompatibility;
    private final OpenAiChatEvent event;
    private final OpenAiChatUsage usage = new OpenAiChatUsage();
    private final OpenAiChatReasoning reasoningOrigin = new OpenAiChatReasoning();
    private final OpenAiChatTextData textData = new OpenAiChatTextData();
    private @Nullable OpenAiChatAudio audio;
    private @Nullable OpenAiChatToolCalls calls;
    private @Nullable String finish;
    private boolean saidAnything;
    private boolean saidText;
    private boolean reasoningInWords;
    private boolean terminated;

    /** Reasoning came whose data are still to be told. */
    private boolean reasons;

    /** Data of reasoning were told before the answer. Details that follow are told at the end, all at once. */
    private boolean reasoningTold;

    OpenAiChatStream(String provider, ChatRequest request, OpenAiCompatibility openAiCompatibility) {
        this.provider = provider;
        this.request = request;
        this.openAiCompatibility = openAiCompatibility;
        this.event = new OpenAiChatEvent(false, Logprobs.areAskedFor(request, DialectName.OPENAI_CHAT));
    }

    @Override
    public boolean elidesMedia() {
        return !MediaRequest.asksForMedia(request, ExtraFields.of(request, DialectName.OPENAI_CHAT, "modalities"));
    }

    @Override
    public void read(Framing framing, Consumer<StreamChunk> out) {
        byte[] bytes = framing.payload();
        int from = framing.offset();
        int to = from + framing.length();
        while (from < to && bytes[from] <= ' ' && bytes[from] >= 0) {
            from++;
        }
        while (from < to && bytes[to - 1] <= ' ' && bytes[to - 1] >= 0) {
            to--;
        }
        if (from == to || terminated) {
            return;
        }
        if (Arrays.equals(bytes, from, to, DONE, 0, DONE.length)) {
            terminated = true;
            return;
        }
        if (framing.isUnterminated() && Arrays.equals(bytes, from, to, DONE, 0, Math.min(to - from, DONE.length))) {
            return; // cut within the marker
        }
        boolean namedError = framing.event().equals("error");
        try {
            event.read(bytes, from, to - from);
        } catch (CallFailed notJson) {
            if (!namedError && framing.isUnterminated()) {
                return;
            }
            throw namedError || framing.isErrorField() ? InBandError.of(bytes, from, to - from) : notJson;
        }
        emit(out);
        if (event.isError || namedError || (framing.isErrorField() && !event.hasChoices)) {
            throw InBandError.of(bytes, from, to - from);
        }
        Failure failure = OpenAiChatFinishReason.failure(event.turn.finish, event.turn.nativeFinish);
        if (failure != null) {
            throw new CallFailed(failure);
        }
    }

    private void emit(Consumer<StreamChunk> out) {
        usage.update(event.usage);
        OpenAiChatDelta turn = event.turn;
        if (turn.finish != null) {
            finish = turn.finish;
        }
        if (turn.isMessage && saidAnything) {
            textData.addSources(turn);
            return;
        }
        textData.addLogprobs(turn.logprobs);
        if (turn.hasMore()) {
            reasoning(turn, out);
        }
        if (reasons && !reasoningTold && turn.isAnswer()) {
            reasoningData(out);
        }
        if (!turn.text.isEmpty()) {
            saidAnything = true;
            saidText = true;
            out.accept(new StreamChunk.Text(turn.text, OpenAiChatBlock.TEXT));
        }
        if (turn.hasMore()) {
            more(turn, out);
        }
    }

    private void reasoning(OpenAiChatDelta turn, Consumer<StreamChunk> out) {
        reasoningInWords |= turn.reasoningInWords();
        if (turn.hasReasoning()) {
            reasoningOrigin.add(turn);
            reasons = true;
        }
        String reasoning = turn.reasoning(!reasoningInWords);
        if (!reasoning.isEmpty()) {
            saidAnything = true;
            out.accept(new StreamChunk.Reasoning(reasoning, null, OpenAiChatBlock.REASONING));
        }
    }

    private void more(OpenAiChatDelta turn, Consumer<StreamChunk> out) {
        textData.add(turn);
        if (!turn.audio.isEmpty()) {
            sound(turn.audio, out);
        }
        if (!turn.refusal.isEmpty()) {
            saidAnything = true;
            out.accept(new StreamChunk.Refusal(turn.refusal, OpenAiChatBlock.REFUSAL));
        }
        if (!turn.images.isEmpty()) {
            saidAnything = true;
            turn.images.forEach(
                    url -> out.accept(new StreamChunk.Block(OpenAiChatAnswer.image(url), OpenAiChatBlock.IMAGE)));
        }
        if (turn.pieces() > 0) {
            saidAnything = true;
            if (calls == null) {
                calls = new OpenAiChatToolCalls(request, event.id);
            }
            calls.add(turn, out);
        }
    }

    private void sound(OpenAiChatAudio.Piece piece, Consumer<StreamChunk> out) {
        if (audio == null) {
            audio = new OpenAiChatAudio(request);
        }
        audio.add(piece);
        if (!piece.transcript.isEmpty() && (audio.isSpoken() || !saidText)) {
            saidAnything = true;
            audio.spoken();
            out.accept(new StreamChunk.Text(piece.transcript, OpenAiChatBlock.TEXT));
        }
        if (!piece.base64.isEmpty()) {
            saidAnything = true;
            out.accept(new StreamChunk.Block(audio.block(piece.base64, null), OpenAiChatBlock.AUDIO));
        }
    }

    @Override
    public boolean finished() {
        return finish != null || (terminated && openAiCompatibility.doneCompletes());
    }

    @Override
    public boolean terminated() {
        return terminated;
    }

    private void reasoningData(Consumer<StreamChunk> out) {
        reasons = false;
        reasoningTold = true;
        VendorData reasoning = reasoningOrigin.data();
        if (reasoning != null) {
            if (reasoningOrigin.isHidden()) {
                out.accept(new StreamChunk.Reasoning("", null, OpenAiChatBlock.REASONING));
            }
            out.accept(new StreamChunk.BlockData(reasoning, OpenAiChatBlock.REASONING));
        }
    }

    private void data(Consumer<StreamChunk> out) {
        if (reasons) {
            reasoningData(out);
        }
        VendorData text = textData.data(event.sources, saidText || (audio != null && audio.isSpoken()));
        if (text != null) {
            out.accept(new StreamChunk.BlockData(text, OpenAiChatBlock.TEXT));
        }
        VendorData sound = audio == null ? null : audio.data();
        if (sound != null) {
            out.accept(new StreamChunk.BlockData(sound, OpenAiChatBlock.AUDIO));
        }
    }

    @Override
    public void end(Consumer<StreamChunk> out) {
        if (!finished()) {
            throw new CallFailed(Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason"));
        }
        data(out);
        boolean anyCalls = calls != null && calls.done(out);
        out.accept(new StreamChunk.Finish(
                finish == null && !anyCalls ? FinishReason.STOP : OpenAiChatFinishReason.reason(finish, anyCalls),
                usage.normalised(event.model),
                event.vendorMetadata(finish),
                ServedBy.by(provider, request.model())));
    }
}

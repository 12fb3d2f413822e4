package dev.understudy.provider.gemini;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.MediaRequest;
import dev.understudy.provider.dialect.ResumableDecoder;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.framing.Framing;
import java.util.function.Consumer;

/**
 * Decodes a streamed interaction, or a whole one. Steps begin, grow by deltas and stop; the answer is complete with
 * {@code interaction.completed} only, and {@code [DONE]} is the last event. Before May 2026 steps were called {@code
 * content}. Over another connection events are received after the last one that was decoded; a server that begins anew
 * is read from that event on.
 */
final class InteractionsStream implements ResumableDecoder {

    private final String provider;
    private final ChatRequest request;
    private final InteractionsEvent event = new InteractionsEvent();
    private final InteractionsBlocks blocks;
    private boolean complete;
    private boolean terminated;

    /** Id of the last event that was decoded; "" before the first that has one. */
    private String last = "";

    private boolean reconnected;
    private boolean repeating;

    InteractionsStream(String provider, ChatRequest request) {
        this.provider = provider;
        this.request = request;
        this.blocks = new InteractionsBlocks(request);
    }

    @Override
    public boolean elidesMedia() {
        return !MediaRequest.asksForMedia(
                request, ExtraFields.of(request, DialectName.GEMINI_INTERACTIONS, "response_modalities"));
    }

    @Override
    public void read(Framing framing, Consumer<StreamChunk> out) {
        if (terminated) {
            return;
        }
        if (framing.saysDone()) {
            terminated = complete;
            return;
        }
        boolean named = framing.isErrorField() || framing.event().equals("error");
        try {
            event.read(framing.payload(), framing.offset(), framing.length());
        } catch (CallFailed failed) {
            if (named) {
                throw InBandError.noAnswer(framing.copy(), "text where JSON was expected");
            }
            if (complete || framing.isUnterminated()) {
                return;
            }
            throw failed;
        }
        String type = event.type.isEmpty() ? framing.event() : event.type;
        if (event.isError || type.equals("error") || (named && type.isEmpty())) {
            throw inBand(framing);
        }
        if (isRepeated(type)) {
            return;
        }
        emit(type, framing, out);
        last = event.id.isEmpty() ? last : event.id;
    }

    /** Returns true for an event that an earlier connection brought, at the beginning of another one. */
    private boolean isRepeated(String type) {
        boolean isLast = !last.isEmpty() && event.id.equals(last);
        if (reconnected) {
            reconnected = false;
            repeating = type.equals("interaction.created") && !isLast;
            return repeating || isLast;
        }
        if (repeating) {
            repeating = !isLast;
            return true;
        }
        return false;
    }

    private static CallFailed inBand(Framing framing) {
        return InBandError.of(framing.payload(), framing.offset(), framing.length());
    }

    private void emit(String type, Framing framing, Consumer<StreamChunk> out) {
        switch (type) {
            case "step.start", "content.start" -> blocks.begin(event.index, event.step, out);
            case "step.delta", "content.delta" -> blocks.add(event.index, event.step, out);
            case "step.stop", "content.stop" -> blocks.stop(event.index, out);
            case "interaction.completed", "interaction.complete" -> complete(framing, out);
            default -> {
                if (event.isWhole) {
                    complete(framing, out);
                }
            }
        }
    }

    private void complete(Framing framing, Consumer<StreamChunk> out) {
        switch (event.status) {
            case "failed" -> throw inBand(framing);
            case "cancelled" ->
                throw new CallFailed(Failure.of(FailureKind.TRUNCATED, "the interaction was cancelled"));
            case "in_progress", "queued" ->
                throw new CallFailed(Failure.of(FailureKind.TRUNCATED, "the interaction is still in progress"));
            default -> {
                if (blocks.isEmpty()) {
                    for (int i = 0; i < event.steps.size(); i++) {
                        blocks.begin(i, event.steps.get(i), out);
                        blocks.stop(i, out);
                    }
                }
                complete = true;
            }
        }
    }

    @Override
    public void reconnect() {
        reconnected = !last.isEmpty();
        repeating = false;
        terminated = complete;
    }

    @Override
    public boolean isNumbered() {
        return !event.id.isEmpty();
    }

    @Override
    public String id() {
        return event.interaction;
    }

    /** Id of the last event that was decoded; "" before the first that has one. */
    String last() {
        return last;
    }

    @Override
    public boolean finished() {
        return complete;
    }

    @Override
    public boolean terminated() {
        return terminated;
    }

    @Override
    public void end(Consumer<StreamChunk> out) {
        if (!complete) {
            throw new CallFailed(
                    Failure.of(FailureKind.TRUNCATED, "the stream ended before the interaction was completed"));
        }
        blocks.end(out);
        out.accept(new StreamChunk.Finish(
                reason(),
                event.usage(),
                new VendorMetadata(
                        event.interaction.isEmpty() ? null : event.interaction,
                        event.model,
                        event.status.isEmpty() ? "completed" : event.status,
                        null),
                ServedBy.by(provider, request.model())));
    }

    private FinishReason reason() {
        return switch (event.status) {
            case "completed", "" -> blocks.calls() > 0 ? FinishReason.TOOL_CALLS : FinishReason.STOP;
            case "requires_action" -> FinishReason.TOOL_CALLS;
            case "incomplete" -> FinishReason.LENGTH;
            default -> FinishReason.OTHER;
        };
    }
}

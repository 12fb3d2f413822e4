package dev.understudy.provider.openai;

import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.SyntheticCallIds;
import dev.understudy.provider.framing.JsonObjectEnd;
import dev.understudy.provider.json.JsonErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates tool calls. Servers differ: fragments or whole calls, with or without index and id, one index for
 * several calls. A call begins with a fragment whose name cannot belong to the call it would continue. Not
 * thread-safe.
 */
public final class OpenAiChatToolCalls {

    private static final class Call {
        final int place;
        final int vendorIndex;
        final JsonObjectEnd end = new JsonObjectEnd();
        final StringBuilder arguments = new StringBuilder();
        String vendorId;
        String id = "";
        String name = "";
        boolean shown;

        Call(int place, OpenAiChatDelta.Piece piece) {
            this.place = place;
            vendorIndex = piece.index;
            vendorId = piece.id;
        }
    }

    /** Limit of calls in one answer; each is searched among those before it. */
    public static final int MAX_CALLS = 4_096;

    private final List<Call> calls = new ArrayList<>(0);
    /** Seed of generated ids, so that they differ from those of other answers. */
    private final long salt;

    OpenAiChatToolCalls(long salt) {
        this.salt = salt;
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    void add(OpenAiChatDelta turn) {
        add(turn, chunk -> {});
    }

    void add(OpenAiChatDelta turn, Consumer<StreamChunk> out) {
        for (int i = 0; i < turn.pieces(); i++) {
            OpenAiChatDelta.Piece piece = turn.piece(i);
            Call call = callOf(piece, i > 0);
            if (call == null) {
                call = begin(piece);
            }
            if (call.vendorId.isEmpty()) {
                call.vendorId = piece.id;
            }
            if (call.name.isEmpty()) {
                call.name = piece.name;
            }
            call.arguments.append(piece.arguments);
            call.end.take(piece.arguments);
            emit(call, piece, out);
        }
    }

    private Call begin(OpenAiChatDelta.Piece piece) {
        if (calls.size() == MAX_CALLS) {
            throw JsonErrors.rejected("more than " + MAX_CALLS + " tool calls in one answer");
        }
        Call call = new Call(calls.size(), piece);
        calls.add(call);
        return call;
    }

    /** Returns the call that a fragment continues, or null if it begins one. */
    private @Nullable Call callOf(OpenAiChatDelta.Piece piece, boolean besideAnother) {
        Call same = withId(piece);
        if (same != null) {
            return begins(piece, same) ? null : same;
        }
        Call last = piece.index < 0 ? (calls.isEmpty() ? null : calls.get(calls.size() - 1)) : lastAt(piece.index);
        if (last == null || piece.name.isEmpty()) {
            return last;
        }
        boolean otherId = !piece.id.isEmpty() && !last.vendorId.isEmpty();
        boolean apart = besideAnother && piece.index < 0;
        return otherId || apart || begins(piece, last) ? null : last;
    }

    /** Some servers repeat name and id in every fragment, so a name alone begins no call. */
    private static boolean begins(OpenAiChatDelta.Piece piece, Call before) {
        if (piece.name.isEmpty() || before.name.isEmpty()) {
            return false;
        }
        return !piece.name.equals(before.name) || (!piece.arguments.isEmpty() && before.end.reached());
    }

    private @Nullable Call withId(OpenAiChatDelta.Piece piece) {
        for (int i = calls.size() - 1; i >= 0 && !piece.id.isEmpty(); i--) {
            Call call = calls.get(i);
            if (call.vendorId.equals(piece.id) && (piece.index < 0 || call.vendorIndex == piece.index)) {
                return call;
            }
        }
        return null;
    }

    private @Nullable Call lastAt(int vendorIndex) {
        for (int i = calls.size() - 1; i >= 0; i--) {
            if (calls.get(i).vendorIndex == vendorIndex) {
                return calls.get(i);
            }
        }
        return null;
    }

    /** Emits a call from the moment its name is known, because id and name are equal in every part. */
    private void emit(Call call, OpenAiChatDelta.Piece piece, Consumer<StreamChunk> out) {
        if (call.name.isEmpty()) {
            return;
        }
        int index = call.place;
        if (!call.shown) {
            name(call);
            call.shown = true;
            out.accept(new StreamChunk.ToolCallPart(index, call.id, call.name, call.arguments.toString()));
        } else if (!piece.arguments.isEmpty()) {
            out.accept(new StreamChunk.ToolCallPart(index, call.id, call.name, piece.arguments));
        }
    }

    private void name(Call call) {
        boolean unusable = call.vendorId.isEmpty();
        for (int i = 0; i < calls.size() && !unusable; i++) {
            unusable = calls.get(i) != call && calls.get(i).id.equals(call.vendorId);
        }
        call.id = unusable ? SyntheticCallIds.of(salt, call.place) : call.vendorId;
    }

    void done(Consumer<StreamChunk> out) {
        List<ToolCall> completed = completed();
        for (int i = 0; i < completed.size(); i++) {
            out.accept(new StreamChunk.ToolCallDone(i, completed.get(i)));
        }
    }

    List<ToolCall> completed() {
        List<ToolCall> completed = new ArrayList<>(calls.size());
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            if (call.id.isEmpty()) {
                name(call);
            }
            completed.add(new ToolCall(call.id, call.name, call.arguments.toString()));
        }
        return completed;
    }
}

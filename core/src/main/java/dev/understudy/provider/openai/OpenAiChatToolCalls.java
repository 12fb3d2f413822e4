package dev.understudy.provider.openai;

import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.SyntheticCallIds;
import dev.understudy.provider.dialect.VendorFields;
import dev.understudy.provider.framing.JsonObjectEnd;
import dev.understudy.provider.json.JsonErrors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        JsonObjectEnd end = new JsonObjectEnd();
        final StringBuilder arguments = new StringBuilder();
        String vendorId;
        String id = "";
        String name = "";
        Map<String, @Nullable Object> extra = Map.of();
        boolean shown;
        int shownArguments;

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
            if (!piece.extra.isEmpty()) {
                Map<String, @Nullable Object> extra = new LinkedHashMap<>(call.extra);
                extra.putAll(piece.extra);
                call.extra = extra;
            }
            append(call, piece.arguments);
            emit(call, out);
        }
    }

    /** Some servers begin with a placeholder, or repeat the whole object. */
    private static void append(Call call, String arguments) {
        if (arguments.isEmpty() || (call.end.reached() && arguments.contentEquals(call.arguments))) {
            return;
        }
        if (isPlaceholder(call)) {
            call.arguments.setLength(0);
            call.end = new JsonObjectEnd();
        }
        call.arguments.append(arguments);
        call.end.take(arguments);
    }

    private static boolean isPlaceholder(Call call) {
        return "{}".contentEquals(call.arguments);
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
            boolean again = piece.index >= 0 && (isPlaceholder(same) || piece.arguments.contentEquals(same.arguments));
            return begins(piece, same) && !again ? null : same;
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

    /**
     * Emits a call from the moment its name is known, because id and name are equal in every part. Arguments that may be
     * a placeholder wait.
     */
    private void emit(Call call, Consumer<StreamChunk> out) {
        if (call.name.isEmpty()) {
            return;
        }
        String fresh = isPlaceholder(call) ? "" : call.arguments.substring(call.shownArguments);
        if (!call.shown) {
            name(call);
            call.shown = true;
        } else if (fresh.isEmpty()) {
            return;
        }
        call.shownArguments += fresh.length();
        out.accept(part(call, fresh));
    }

    private static StreamChunk part(Call call, String arguments) {
        return new StreamChunk.ToolCallPart(
                call.place, call.id, call.name, arguments, OpenAiChatBlock.CALL + call.place);
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
            Call call = calls.get(i);
            if (call.shown && isPlaceholder(call)) {
                out.accept(part(call, call.arguments.toString()));
            }
            out.accept(new StreamChunk.ToolCallDone(i, completed.get(i), OpenAiChatBlock.CALL + i));
        }
    }

    List<ToolCall> completed() {
        List<ToolCall> completed = new ArrayList<>(calls.size());
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            if (call.id.isEmpty()) {
                name(call);
            }
            completed.add(new ToolCall(
                    call.id,
                    call.name,
                    call.arguments.toString(),
                    VendorFields.data(DialectName.OPENAI_CHAT, call.extra)));
        }
        return completed;
    }
}

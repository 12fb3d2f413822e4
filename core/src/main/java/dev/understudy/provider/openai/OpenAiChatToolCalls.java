package dev.understudy.provider.openai;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.CallArguments;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.SyntheticCallIds;
import dev.understudy.provider.dialect.VendorFields;
import dev.understudy.provider.json.JsonErrors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates tool calls. Servers differ: fragments or whole calls, with or without index and id, one index for
 * several calls, names and ids in fragments. A call begins with a fragment whose name cannot belong to the call it
 * would continue. Not thread-safe.
 */
public final class OpenAiChatToolCalls {

    private static final class Call {
        final int vendorIndex;
        final CallArguments arguments = new CallArguments();

        /** Second index at which the server sends the arguments, -1 without one. */
        int otherIndex = -1;

        /** Number of the call in the answer, -1 until its name is known. */
        int place = -1;

        String vendorId;
        String id = "";
        String name = "";
        Map<String, @Nullable Object> extra = Map.of();

        Call(OpenAiChatDelta.Piece piece) {
            vendorIndex = piece.index;
            vendorId = piece.id;
        }

        boolean isAt(int index) {
            return vendorIndex == index || otherIndex == index;
        }
    }

    /** Limit of calls in one answer; each is searched among those before it. */
    public static final int MAX_CALLS = 4_096;

    private final List<Call> calls = new ArrayList<>(0);
    /** Seed of generated ids, so that they differ from those of other answers. */
    private final long salt;

    private final Set<String> tools;
    private int shown;

    /**
     * @param request has the names of the tools, which tell a name from a fragment of one
     * @param answer id of the answer, "" without one
     */
    OpenAiChatToolCalls(ChatRequest request, String answer) {
        this.salt = SyntheticCallIds.salt(request, answer);
        this.tools = request.toolSet().isEmpty()
                ? Set.of()
                : request.toolSet().tools().stream().map(Tool::name).collect(Collectors.toUnmodifiableSet());
    }

    void add(OpenAiChatDelta turn) {
        add(turn, chunk -> {});
    }

    void add(OpenAiChatDelta turn, Consumer<StreamChunk> out) {
        for (int i = 0; i < turn.pieces(); i++) {
            OpenAiChatDelta.Piece piece = turn.piece(i);
            Call call = callOf(piece, i > 0);
            if (call == null) {
                calls.forEach(before -> emit(before, out, before.place < 0));
                call = begin(piece);
            } else {
                identify(call, piece);
            }
            call.name = name(call, piece.name);
            if (!piece.extra.isEmpty()) {
                Map<String, @Nullable Object> extra = new LinkedHashMap<>(call.extra);
                extra.putAll(piece.extra);
                call.extra = extra;
            }
            call.arguments.add(piece.arguments);
            emit(call, out, false);
        }
    }

    private Call begin(OpenAiChatDelta.Piece piece) {
        if (calls.size() == MAX_CALLS) {
            throw JsonErrors.rejected("more than " + MAX_CALLS + " tool calls in one answer");
        }
        Call call = new Call(piece);
        calls.add(call);
        return call;
    }

    /** Completes the id; one that comes alone, before a name, continues the id before. */
    private static void identify(Call call, OpenAiChatDelta.Piece piece) {
        if (call.vendorId.isEmpty()) {
            call.vendorId = piece.id;
        } else if (call.place < 0
                && call.name.isEmpty()
                && call.arguments.isEmpty()
                && piece.arguments.isEmpty()
                && !piece.id.equals(call.vendorId)) {
            call.vendorId += piece.id;
        }
    }

    /** Returns the name with the next fragment of it; a name that is sent again, or grows, replaces the one before. */
    private String name(Call call, String next) {
        if (next.isEmpty() || next.equals(call.name)) {
            return call.name;
        }
        if (call.name.isEmpty()) {
            return next;
        }
        return next.startsWith(call.name) && isPartOfTool(next) ? next : call.name + next;
    }

    private boolean isPartOfTool(String text) {
        return tools.stream().anyMatch(tool -> tool.startsWith(text));
    }

    /** Returns the call that a fragment continues, or null if it begins one. */
    private @Nullable Call callOf(OpenAiChatDelta.Piece piece, boolean besideAnother) {
        Call same = withId(piece);
        if (same != null) {
            return begins(piece, same) && !isAgain(piece, same) ? null : same;
        }
        Call last = piece.index < 0 ? (calls.isEmpty() ? null : calls.get(calls.size() - 1)) : lastAt(piece.index);
        if (last == null) {
            return piece.id.isEmpty() && piece.name.isEmpty() ? withoutArguments(piece.index) : null;
        }
        if (piece.name.isEmpty()) {
            return last;
        }
        boolean otherId = !piece.id.isEmpty() && !last.vendorId.isEmpty() && !last.name.isEmpty();
        boolean apart = besideAnother && piece.index < 0;
        return otherId || apart || (begins(piece, last) && !isAgain(piece, last)) ? null : last;
    }

    /** Some servers repeat name and id in every fragment, so a name alone begins no call. */
    private boolean begins(OpenAiChatDelta.Piece piece, Call before) {
        if (piece.name.isEmpty() || before.name.isEmpty()) {
            return false;
        }
        return piece.name.equals(before.name)
                ? !piece.arguments.isEmpty() && !before.arguments.isMissing() && before.arguments.isWhole()
                : !continuesName(piece.name, before);
    }

    /** Returns true if a name is the next fragment of the name before, of which no argument was received yet. */
    private boolean continuesName(String next, Call before) {
        if (!before.arguments.isMissing()) {
            return false;
        }
        boolean two = tools.contains(before.name) && tools.contains(next);
        return isPartOfTool(before.name + next)
                || (!two && (tools.isEmpty() || !tools.contains(next) || next.startsWith(before.name)));
    }

    /** Returns true for a call that is sent once more, whole. */
    private static boolean isAgain(OpenAiChatDelta.Piece piece, Call before) {
        return piece.index >= 0 && piece.name.equals(before.name) && before.arguments.equalsText(piece.arguments);
    }

    private @Nullable Call withId(OpenAiChatDelta.Piece piece) {
        for (int i = calls.size() - 1; i >= 0 && !piece.id.isEmpty(); i--) {
            Call call = calls.get(i);
            if (call.vendorId.equals(piece.id) && (piece.index < 0 || call.isAt(piece.index))) {
                return call;
            }
        }
        return null;
    }

    private @Nullable Call lastAt(int vendorIndex) {
        for (int i = calls.size() - 1; i >= 0; i--) {
            if (calls.get(i).isAt(vendorIndex)) {
                return calls.get(i);
            }
        }
        return null;
    }

    /** Returns the one call that arguments at an unknown index can belong to; null for none or several. */
    private @Nullable Call withoutArguments(int index) {
        Call found = null;
        for (Call call : calls) {
            if (call.arguments.isMissing()) {
                if (found != null) {
                    return null;
                }
                found = call;
            }
        }
        if (found != null) {
            found.otherIndex = index;
        }
        return found;
    }

    /**
     * Emits a call from the moment its name is known, because id and name are equal in every part. A name that may be
     * continued waits for the arguments, and arguments that may be a placeholder wait for the end.
     */
    private void emit(Call call, Consumer<StreamChunk> out, boolean settled) {
        if (call.name.isEmpty()
                || (call.place < 0 && !settled && call.arguments.isMissing() && mayContinue(call.name))) {
            return;
        }
        String fresh = call.arguments.fresh();
        if (call.place < 0) {
            name(call);
        } else if (fresh.isEmpty()) {
            return;
        }
        out.accept(part(call, fresh));
    }

    private static StreamChunk part(Call call, String arguments) {
        return new StreamChunk.ToolCallPart(
                call.place, call.id, call.name, arguments, OpenAiChatBlock.CALL + call.place);
    }

    private boolean mayContinue(String name) {
        return !tools.isEmpty()
                && (!tools.contains(name)
                        || tools.stream().anyMatch(tool -> tool.startsWith(name) && !tool.equals(name)));
    }

    private void name(Call call) {
        boolean unusable = call.vendorId.isEmpty();
        for (int i = 0; i < calls.size() && !unusable; i++) {
            unusable = calls.get(i) != call && calls.get(i).id.equals(call.vendorId);
        }
        call.place = shown++;
        call.id = unusable ? SyntheticCallIds.of(salt, call.place) : call.vendorId;
    }

    /**
     * Emits all calls whole.
     *
     * @return true if there are any
     * @throws dev.understudy.chat.ChatException.CallFailed TOOL_REJECTED for arguments without a name, and for ids without
     *     any name
     */
    boolean done(Consumer<StreamChunk> out) {
        boolean nameless = false;
        for (Call call : calls) {
            if (call.name.isEmpty()) {
                if (!call.arguments.isMissing()) {
                    throw CallArguments.rejected("a tool call without a name");
                }
                nameless |= !call.vendorId.isEmpty();
                continue;
            }
            emit(call, out, true);
            String rest = call.arguments.rest();
            if (!rest.isEmpty()) {
                out.accept(part(call, rest));
            }
            out.accept(new StreamChunk.ToolCallDone(call.place, completed(call), OpenAiChatBlock.CALL + call.place));
        }
        if (nameless && shown == 0) {
            throw CallArguments.rejected("a tool call without a name");
        }
        return shown > 0;
    }

    private static ToolCall completed(Call call) {
        return new ToolCall(
                call.id, call.name, call.arguments.text(), VendorFields.data(DialectName.OPENAI_CHAT, call.extra));
    }

    List<ToolCall> completed() {
        List<ToolCall> completed = new ArrayList<>(calls.size());
        done(chunk -> {
            if (chunk instanceof StreamChunk.ToolCallDone done) {
                completed.add(done.call());
            }
        });
        return completed;
    }
}

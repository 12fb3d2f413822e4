package dev.understudy.provider.dialect;

import dev.understudy.chat.Message;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes the ids of tool calls in one conversation as a vendor demands them. An id that it accepts stays; any other
 * becomes one that depends on nothing but the id, so that the same conversation is always written alike, however long it
 * has grown. No two calls share an id, and a result has that of its call.
 */
public final class ToolCallIdMapper {

    private final CallIds form;
    private final Set<String> taken = new HashSet<>();
    private final Map<String, Deque<String>> unanswered = new HashMap<>();
    private final Map<String, String> last = new HashMap<>();
    private boolean changed;

    public ToolCallIdMapper(CallIds form) {
        this.form = form;
    }

    /** Whether any id of a conversation is written otherwise than it was given. */
    public static boolean changes(CallIds form, List<Message> messages) {
        if (form.isAny()) {
            return false;
        }
        ToolCallIdMapper spelling = new ToolCallIdMapper(form);
        for (Message message : messages) {
            if (message instanceof Message.Assistant assistant) {
                assistant.toolCalls().forEach(spelling::of);
            } else if (message instanceof Message.ToolResult result) {
                spelling.of(result);
            }
        }
        return spelling.changed;
    }

    /** The id of a call; calls are asked for in their order, and each once. */
    public String of(ToolCall call) {
        String id = named(call.id(), call.name());
        String spelled = id;
        if (!form.isAny()) {
            long salt = salt(id);
            for (int i = 0; !form.accepts(spelled) || !taken.add(spelled); i++) {
                spelled = SyntheticCallIds.of(salt, i);
            }
        }
        unanswered.computeIfAbsent(id, key -> new ArrayDeque<>(1)).add(spelled);
        last.put(id, spelled);
        changed |= !spelled.equals(call.id());
        return spelled;
    }

    /** The id of the call that a result belongs to. */
    public String of(Message.ToolResult result) {
        String id = named(result.callId(), result.name());
        Deque<String> calls = unanswered.get(id);
        String spelled = calls == null ? null : calls.poll();
        if (spelled == null) {
            spelled = last.get(id);
        }
        if (spelled == null) {
            spelled = form.accepts(id) ? id : SyntheticCallIds.of(salt(id), 0);
        }
        changed |= !spelled.equals(result.callId());
        return spelled;
    }

    private static String named(String id, String name) {
        return id.isBlank() ? "call_" + name : id;
    }

    /** All of the id counts, for many begin or end alike. */
    private static long salt(String id) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < id.length(); i++) {
            hash = (hash ^ id.charAt(i)) * 0x100000001B3L;
        }
        return hash;
    }
}

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
 * Rewrites the tool call ids of one conversation to the form that a vendor accepts. An accepted id stays; any other
 * is replaced by one that depends on that id only, so that a growing conversation is always written alike. No two
 * calls share an id, and a result has the id of its call. Not thread-safe; one instance per conversation.
 */
public final class ToolCallIdMapper {

    private final CallIds form;
    private final Set<String> taken = new HashSet<>(0);
    private final Map<String, Deque<String>> unanswered = new HashMap<>(0);
    private final Map<String, String> last = new HashMap<>(0);
    private boolean changed;

    public ToolCallIdMapper(CallIds form) {
        this.form = form;
    }

    /** Returns true if any id of the conversation would be rewritten. */
    public static boolean changes(CallIds form, List<Message> messages) {
        if (form.isAny()) {
            return false;
        }
        ToolCallIdMapper mapper = new ToolCallIdMapper(form);
        for (Message message : messages) {
            if (message instanceof Message.Assistant assistant) {
                assistant.toolCalls().forEach(mapper::of);
            } else if (message instanceof Message.ToolResult result) {
                mapper.of(result);
            }
        }
        return mapper.changed;
    }

    /** Returns the id of a call. Calls are passed in conversation order, each once. */
    public String of(ToolCall call) {
        String id = idOrName(call.id(), call.name());
        String mapped = id;
        if (!form.isAny()) {
            // Every character counts, because many ids share a prefix or a suffix.
            long salt = salt(id);
            for (int i = 0; !form.accepts(mapped) || !taken.add(mapped); i++) {
                mapped = SyntheticCallIds.of(salt, i);
            }
        }
        unanswered.computeIfAbsent(id, key -> new ArrayDeque<>(1)).add(mapped);
        last.put(id, mapped);
        changed |= !mapped.equals(call.id());
        return mapped;
    }

    /** Returns the id of the call that the result belongs to. */
    public String of(Message.ToolResult result) {
        String id = idOrName(result.callId(), result.name());
        Deque<String> calls = unanswered.get(id);
        String mapped = calls == null ? null : calls.poll();
        if (mapped == null) {
            mapped = last.get(id);
        }
        if (mapped == null) {
            mapped = form.accepts(id) ? id : SyntheticCallIds.of(salt(id), 0);
        }
        changed |= !mapped.equals(result.callId());
        return mapped;
    }

    private static String idOrName(String id, String name) {
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

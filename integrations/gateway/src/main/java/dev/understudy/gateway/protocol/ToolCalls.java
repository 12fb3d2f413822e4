package dev.understudy.gateway.protocol;

import dev.understudy.chat.ToolCall;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import java.util.HashMap;
import java.util.Map;

/** The tool calls of a conversation so far: a result must follow the call that it answers. Not thread-safe. */
public final class ToolCalls {

    private final Map<String, ToolCall> calls = new HashMap<>();

    /** Remembers a call. */
    public ToolCall add(ToolCall call) {
        calls.put(call.id(), call);
        return call;
    }

    /** Returns true for the id of an earlier call. */
    public boolean has(String id) {
        return calls.containsKey(id);
    }

    /** Returns the call that a field names. */
    public ToolCall of(JsonFields fields, String name) {
        ToolCall call = calls.get(fields.text(name));
        if (call == null) {
            throw BadRequest.field(fields.at(name), fields.at(name) + " names no tool call of an earlier message");
        }
        return call;
    }
}

package dev.understudy.provider.openai.responses;

import dev.understudy.chat.ChatRequest;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tools of the vendor that run at the caller: a shell, a patch, a computer. A request has them among its extra fields,
 * in {@code tools}; their calls are handed out like those of functions.
 */
final class OpenAiClientTools {

    /** Field of a call that holds what is to be done, by the type of the call. */
    static final Map<String, String> ACTIONS = Map.of(
            "local_shell_call", "action",
            "shell_call", "action",
            "computer_call", "action",
            "apply_patch_call", "operation",
            "tool_search_call", "arguments");

    private static final Map<String, String> CALLS = Map.of(
            "local_shell", "local_shell_call",
            "shell", "shell_call",
            "computer", "computer_call",
            "computer_use", "computer_call",
            "computer_use_preview", "computer_call",
            "apply_patch", "apply_patch_call",
            "tool_search", "tool_search_call");

    private OpenAiClientTools() {}

    /** Returns the types of calls that the caller of a request runs. */
    static Set<String> callsOf(ChatRequest request) {
        Set<String> calls = new HashSet<>();
        if (ExtraFields.of(request, DialectName.OPENAI_RESPONSES, "tools") instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Map<?, ?> tool && runsAtCaller(tool)) {
                    calls.add(CALLS.get(String.valueOf(tool.get("type"))));
                }
            }
        }
        return Set.copyOf(calls);
    }

    /** A shell may run in a container of the vendor, and a search runs there unless it says otherwise. */
    private static boolean runsAtCaller(Map<?, ?> tool) {
        String type = String.valueOf(tool.get("type"));
        @Nullable Object environment = tool.get("environment") instanceof Map<?, ?> map ? map.get("type") : null;
        return CALLS.containsKey(type)
                && !String.valueOf(environment).startsWith("container")
                && (!type.equals("tool_search") || "client".equals(tool.get("execution")));
    }
}

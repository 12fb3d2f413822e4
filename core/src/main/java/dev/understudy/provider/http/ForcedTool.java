package dev.understudy.provider.http;

import java.util.Map;
import java.util.Set;

/** Recognizes bodies by which the model must call a tool. */
final class ForcedTool {

    private static final Set<String> FREE = Set.of("auto", "none");

    private ForcedTool() {}

    static boolean isIn(Map<?, ?> body) {
        Object choice = body.get("tool_choice");
        if (choice instanceof Map<?, ?> object) {
            return !FREE.contains(String.valueOf(object.get("type")));
        }
        return choice != null && !FREE.contains(String.valueOf(choice));
    }
}

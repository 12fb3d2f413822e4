package dev.understudy.provider.anthropic;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.VendorFields;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Calls of the vendor's own tools in a conversation, and their results. A call without result is accepted in the last
 * turn only, where the vendor completes it, and a result without its call never.
 *
 * @param calls ids of calls that may be sent
 * @param results ids of calls with a result
 */
record AnthropicServerTools(Set<String> calls, Set<String> results) {

    private static final String CALL = "id";
    private static final String RESULT = "tool_use_id";

    static AnthropicServerTools of(List<Message> messages) {
        AnthropicServerTools tools = new AnthropicServerTools(new HashSet<>(), new HashSet<>());
        Set<String> open = new HashSet<>();
        for (Message message : messages) {
            if (message instanceof Message.User) {
                open.clear();
            } else if (message instanceof Message.Assistant assistant) {
                for (ContentBlock block : assistant.blocks()) {
                    if (block instanceof ContentBlock.Opaque) {
                        tools.add(VendorFields.of(block, DialectName.ANTHROPIC), open);
                    }
                }
            }
        }
        tools.calls.addAll(open);
        return tools;
    }

    private void add(Map<String, ?> block, Set<String> open) {
        if (block.get(RESULT) instanceof String id) {
            if (open.remove(id)) {
                calls.add(id);
                results.add(id);
            }
        } else if (block.get(CALL) instanceof String id) {
            open.add(id);
        }
    }

    boolean isSendable(Map<String, ?> block) {
        if (block.isEmpty()) {
            return false;
        }
        return block.get(RESULT) instanceof String id
                ? results.contains(id)
                : !(block.get(CALL) instanceof String call) || calls.contains(call);
    }
}

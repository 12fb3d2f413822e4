package dev.understudy.provider.conversation;

import dev.understudy.chat.Message;
import dev.understudy.chat.ToolSet;
import java.util.List;

/**
 * A conversation in a form that its target accepts.
 *
 * @param messages the original list if nothing was changed
 * @param toolSet the original tools if nothing was changed
 * @param changes names of what was changed, each once
 */
public record FittedConversation(List<Message> messages, ToolSet toolSet, List<String> changes) {
    /** Copies the lists, unless they are immutable. */
    public FittedConversation {
        messages = List.copyOf(messages);
        changes = List.copyOf(changes);
    }
}

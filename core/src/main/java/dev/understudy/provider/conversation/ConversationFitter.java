package dev.understudy.provider.conversation;

import dev.understudy.chat.Message;
import dev.understudy.chat.ToolSet;
import java.util.ArrayList;
import java.util.List;

/** Changes a copy of a conversation to a form that its target accepts. Equal input gives equal output. */
public final class ConversationFitter {

    private ConversationFitter() {}

    /** Returns the fitted conversation; its lists are the given ones if nothing had to be changed. */
    public static FittedConversation fit(List<Message> messages, ToolSet toolSet, ConversationRules rules) {
        List<String> changes = new ArrayList<>(0);
        List<Message> fitted = messages;
        ToolSet tools = toolSet;
        if (ToolFitter.isNeeded(messages)) {
            ToolFitter toolFitter = new ToolFitter(rules.tools(), changes);
            fitted = toolFitter.messages(messages);
            tools = toolFitter.tools(fitted, toolSet);
        }
        return new FittedConversation(TurnFitter.messages(fitted, rules.turns(), changes), tools, changes);
    }
}

package dev.understudy.trim;

import dev.understudy.chat.Message;
import dev.understudy.chat.ToolCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The points at which a conversation may be cut. A cut at {@code i} drops all messages before message {@code i}, except
 * system messages and the last user message. Up to the last user message cuts lie before user messages, so that whole
 * turns are dropped; after it they lie before assistant messages, so that whole tool exchanges are dropped.
 *
 * @param messages the conversation
 * @param lastUser index of the last user message, -1 when there is none
 * @param at indexes of the cuts in ascending order; a later one drops more
 */
record TrimPoints(List<Message> messages, int lastUser, List<Integer> at) {

    static TrimPoints of(List<Message> messages) {
        int[] ends = exchangeEnds(messages);
        int lastUser = lastUser(messages);
        List<Integer> at = new ArrayList<>();
        boolean dropsSomething = false;
        int exchangeEnd = -1; // the last end of the exchanges begun so far
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            if (dropsSomething && exchangeEnd < i && mayStart(message, i, lastUser)) {
                at.add(i);
            }
            dropsSomething |= droppable(message, i, lastUser);
            exchangeEnd = Math.max(exchangeEnd, ends[i]);
        }
        return new TrimPoints(messages, lastUser, at);
    }

    boolean drops(int index, int cut) {
        return index < cut && droppable(messages.get(index), index, lastUser);
    }

    List<Message> kept(int cut) {
        List<Message> kept = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            if (!drops(i, cut)) {
                kept.add(messages.get(i));
            }
        }
        return kept;
    }

    private static boolean droppable(Message message, int index, int lastUser) {
        return index != lastUser && !(message instanceof Message.System);
    }

    private static boolean mayStart(Message message, int index, int lastUser) {
        return index <= lastUser ? message instanceof Message.User : message instanceof Message.Assistant;
    }

    private static int lastUser(List<Message> messages) {
        int i = messages.size() - 1;
        while (i >= 0 && !(messages.get(i) instanceof Message.User)) {
            i--;
        }
        return i;
    }

    /**
     * Returns for each assistant message the index of the last result of its tool calls. Some vendors reuse ids of calls:
     * a result belongs to the latest call of its id, and one with an unknown id to the latest assistant message with calls.
     */
    private static int[] exchangeEnds(List<Message> messages) {
        int[] ends = new int[messages.size()];
        Map<String, Integer> callers = new HashMap<>();
        int latest = -1;
        for (int i = 0; i < ends.length; i++) {
            ends[i] = i;
            if (messages.get(i) instanceof Message.Assistant assistant) {
                for (ToolCall call : assistant.toolCalls()) {
                    callers.put(call.id(), i);
                    latest = i;
                }
            } else if (messages.get(i) instanceof Message.ToolResult result) {
                int caller = callers.getOrDefault(result.callId(), latest);
                if (caller >= 0) {
                    ends[caller] = i;
                }
            }
        }
        return ends;
    }
}

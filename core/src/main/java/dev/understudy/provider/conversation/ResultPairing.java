package dev.understudy.provider.conversation;

import dev.understudy.chat.Message;
import dev.understudy.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Places the results of tool calls right behind their calls, as vendors demand it. A call without result gets one that
 * says so, unless the conversation ends with it; a result without call is told by the user.
 */
final class ResultPairing {

    private static final String NO_RESULT = "The call has no result.";

    private final List<Message> messages;
    private final boolean[] taken;

    private ResultPairing(List<Message> messages) {
        this.messages = messages;
        this.taken = new boolean[messages.size()];
    }

    /** Returns the messages in order; the same list if they are. */
    static List<Message> paired(List<Message> messages) {
        return isPaired(messages) ? messages : new ResultPairing(messages).rebuilt();
    }

    private static boolean isPaired(List<Message> messages) {
        List<String> open = new ArrayList<>();
        for (Message message : messages) {
            if (message instanceof Message.ToolResult result) {
                if (!open.remove(key(result))) {
                    return false;
                }
            } else {
                if (!open.isEmpty()) {
                    return false;
                }
                if (message instanceof Message.Assistant assistant) {
                    assistant.toolCalls().forEach(call -> open.add(key(call)));
                }
            }
        }
        return open.isEmpty() || messages.get(messages.size() - 1) instanceof Message.Assistant;
    }

    private List<Message> rebuilt() {
        List<Message> rebuilt = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            if (message instanceof Message.ToolResult result) {
                if (!taken[i]) {
                    rebuilt.add(told(result));
                }
                continue;
            }
            rebuilt.add(message);
            if (message instanceof Message.Assistant assistant && i < messages.size() - 1) {
                for (ToolCall call : assistant.toolCalls()) {
                    Message.ToolResult result = resultOf(call, i + 1);
                    rebuilt.add(result == null ? Message.toolError(call, NO_RESULT) : result);
                }
            }
        }
        return rebuilt;
    }

    /** Returns a result without a call as words of the user. */
    private static Message told(Message.ToolResult result) {
        List<Message.Part> parts = new ArrayList<>();
        parts.add(new Message.Part.Text("Result of " + result.name() + ": " + result.content()));
        parts.addAll(result.media());
        return new Message.User(parts);
    }

    /** Takes the next result of a call, before another call of its id. */
    private Message.@Nullable ToolResult resultOf(ToolCall call, int from) {
        for (int i = from; i < messages.size(); i++) {
            Message message = messages.get(i);
            if (message instanceof Message.ToolResult result
                    && !taken[i]
                    && key(result).equals(key(call))) {
                taken[i] = true;
                return result;
            }
            if (message instanceof Message.Assistant assistant
                    && assistant.toolCalls().stream()
                            .anyMatch(other -> key(other).equals(key(call)))) {
                return null;
            }
        }
        return null;
    }

    private static String key(ToolCall call) {
        return call.id().isBlank() ? "call_" + call.name() : call.id();
    }

    private static String key(Message.ToolResult result) {
        return result.callId().isBlank() ? "call_" + result.name() : result.callId();
    }
}

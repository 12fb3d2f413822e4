package dev.understudy.provider.conversation;

import dev.understudy.chat.Message;
import java.util.ArrayList;
import java.util.List;

/** Moves images and files of tool results to a user message behind the results, for targets whose results hold none. */
final class ResultMedia {

    /** Text of a result that has none beside what was moved. */
    private static final String FOLLOWS = "The result follows in the next message.";

    private final ConversationRules.Tools rules;

    ResultMedia(ConversationRules.Tools rules) {
        this.rules = rules;
    }

    /** Returns the messages with the media moved; the same list if there are none. */
    List<Message> moved(List<Message> messages) {
        boolean none = true;
        for (Message message : messages) {
            none &= !(message instanceof Message.ToolResult result) || isKept(result);
        }
        if (none) {
            return messages;
        }
        List<Message> moved = new ArrayList<>(messages.size() + 1);
        List<Message.Part> media = new ArrayList<>();
        for (Message message : messages) {
            if (message instanceof Message.ToolResult result) {
                moved.add(isKept(result) ? result : rest(result));
                if (!isKept(result)) {
                    media.add(new Message.Part.Text("Result of " + result.name() + ":\n"));
                    result.media().stream().filter(part -> !isKept(part)).forEach(media::add);
                }
                continue;
            }
            if (!media.isEmpty() && message instanceof Message.User user) {
                media.add(new Message.Part.Text(TurnFitter.SEPARATOR));
                media.addAll(user.parts());
                moved.add(new Message.User(media));
            } else {
                flush(media, moved);
                moved.add(message);
            }
            media.clear();
        }
        flush(media, moved);
        return moved;
    }

    private static void flush(List<Message.Part> media, List<Message> moved) {
        if (!media.isEmpty()) {
            moved.add(new Message.User(media));
        }
    }

    private boolean isKept(Message.ToolResult result) {
        for (Message.Part part : result.parts()) {
            if (!isKept(part)) {
                return false;
            }
        }
        return true;
    }

    private boolean isKept(Message.Part part) {
        return part instanceof Message.Part.Text
                || (part instanceof Message.Part.Image ? rules.images() : rules.files());
    }

    /** Returns the result with what it may hold. */
    private Message.ToolResult rest(Message.ToolResult result) {
        List<Message.Part> parts = new ArrayList<>();
        parts.add(new Message.Part.Text(result.content().isBlank() ? FOLLOWS : result.content()));
        result.media().stream().filter(this::isKept).forEach(parts::add);
        return new Message.ToolResult(result.callId(), result.name(), parts, result.error());
    }
}

package dev.understudy.provider.conversation;

import dev.understudy.chat.Message;
import java.util.ArrayList;
import java.util.List;

/** Moves images and files of tool results to a user message behind the results, for targets whose results are text. */
final class ResultMedia {

    /** Text of a result that has none beside what was moved. */
    private static final String FOLLOWS = "The result follows in the next message.";

    private ResultMedia() {}

    /** Returns the messages with the media moved; the same list if there are none. */
    static List<Message> moved(List<Message> messages) {
        boolean none = true;
        for (Message message : messages) {
            none &= !(message instanceof Message.ToolResult result) || isText(result);
        }
        if (none) {
            return messages;
        }
        List<Message> moved = new ArrayList<>(messages.size() + 1);
        List<Message.Part> media = new ArrayList<>();
        for (Message message : messages) {
            if (message instanceof Message.ToolResult result) {
                moved.add(isText(result) ? result : text(result));
                if (!isText(result)) {
                    media.add(new Message.Part.Text("Result of " + result.name() + ":\n"));
                    media.addAll(result.media());
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

    private static boolean isText(Message.ToolResult result) {
        for (Message.Part part : result.parts()) {
            if (!(part instanceof Message.Part.Text)) {
                return false;
            }
        }
        return true;
    }

    private static Message.ToolResult text(Message.ToolResult result) {
        String text = result.content().isBlank() ? FOLLOWS : result.content();
        return new Message.ToolResult(result.callId(), result.name(), text, result.error());
    }
}

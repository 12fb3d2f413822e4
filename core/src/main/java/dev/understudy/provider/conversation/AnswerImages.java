package dev.understudy.provider.conversation;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import java.util.ArrayList;
import java.util.List;

/** Repeats images that a model produced in the user message behind them, for targets whose answers hold none. */
final class AnswerImages {

    private AnswerImages() {}

    /** Returns the messages with the images repeated; the same list if there are none. */
    static List<Message> repeated(List<Message> messages) {
        boolean none = true;
        for (Message message : messages) {
            none &= !hasImages(message);
        }
        if (none) {
            return messages;
        }
        List<Message> repeated = new ArrayList<>(messages.size() + 1);
        List<Message.Part> images = new ArrayList<>();
        for (Message message : messages) {
            if (!images.isEmpty() && !(message instanceof Message.ToolResult)) {
                List<Message.Part> parts = new ArrayList<>(images);
                images.clear();
                if (message instanceof Message.User user) {
                    parts.add(new Message.Part.Text(TurnFitter.SEPARATOR));
                    parts.addAll(user.parts());
                    repeated.add(new Message.User(parts));
                    continue;
                }
                repeated.add(new Message.User(parts));
            }
            repeated.add(message);
            if (message instanceof Message.Assistant assistant && hasImages(assistant)) {
                images.add(new Message.Part.Text("Image of your answer:\n"));
                images.addAll(images(assistant));
            }
        }
        if (!images.isEmpty()) {
            repeated.add(new Message.User(images));
        }
        return repeated;
    }

    private static boolean hasImages(Message message) {
        if (message instanceof Message.Assistant assistant) {
            for (ContentBlock block : assistant.blocks()) {
                if (block instanceof ContentBlock.Image) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<Message.Part> images(Message.Assistant assistant) {
        List<Message.Part> images = new ArrayList<>();
        for (ContentBlock block : assistant.blocks()) {
            if (block instanceof ContentBlock.Image image) {
                images.add(new Message.Part.Image(image.image()));
            }
        }
        return images;
    }
}

package dev.understudy.gateway.responses;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import java.util.List;

/** Size of held content in characters, with an allowance for each object. */
final class ItemSize {

    private static final long OBJECT = 100;

    private ItemSize() {}

    static long of(Message message) {
        if (message instanceof Message.System system) {
            return OBJECT + system.text().length();
        }
        if (message instanceof Message.User user) {
            return of(user.parts());
        }
        if (message instanceof Message.ToolResult result) {
            return of(result.parts());
        }
        return OBJECT
                + ((Message.Assistant) message)
                        .blocks().stream().mapToLong(ItemSize::of).sum();
    }

    private static long of(List<Message.Part> parts) {
        return OBJECT + parts.stream().mapToLong(ItemSize::of).sum();
    }

    private static long of(Message.Part part) {
        if (part instanceof Message.Part.Text text) {
            return text.text().length();
        }
        if (part instanceof Message.Part.Audio audio) {
            return audio.base64().length();
        }
        if (part instanceof Message.Part.Image image) {
            return of(image.image());
        }
        return ((Message.Part.File) part).file() instanceof Message.File.Data data
                ? data.base64().length()
                : OBJECT;
    }

    private static long of(Message.Image image) {
        return image instanceof Message.Image.Data data ? data.base64().length() : OBJECT;
    }

    static long of(ContentBlock block) {
        long own = block.vendorData() == null ? 0 : block.vendorData().json().length();
        return OBJECT + own + content(block);
    }

    private static long content(ContentBlock block) {
        if (block instanceof ContentBlock.Text text) {
            return text.text().length();
        }
        if (block instanceof ContentBlock.Refusal refusal) {
            return refusal.text().length();
        }
        if (block instanceof ReasoningBlock reasoning) {
            ReasoningBlock.Signature signature = reasoning.signature();
            long length = reasoning.text().length();
            return signature == null ? length : length + signature.value().length();
        }
        if (block instanceof ToolCall call) {
            return call.arguments().length();
        }
        if (block instanceof ContentBlock.Image image) {
            return of(image.image());
        }
        if (block instanceof ContentBlock.Audio audio) {
            return audio.base64().length();
        }
        return block instanceof ContentBlock.File file ? file.base64().length() : 0;
    }
}

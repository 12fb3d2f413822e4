package dev.understudy.gateway.messages;

import dev.understudy.chat.Message;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.CommonFields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Reads what users and tools say: text, images and documents. */
final class MessagesContent {

    private static final String PDF = "application/pdf";

    private MessagesContent() {}

    /** Returns the parts of a text, or of an array of blocks. */
    static List<Message.Part> blocks(JsonFields from, String name) {
        JsonNode content = from.find(name);
        if (content != null && content.isString()) {
            return List.of(new Message.Part.Text(content.stringValue()));
        }
        List<Message.Part> parts = new ArrayList<>();
        from.objects(name).forEach(block -> parts.add(part(block)));
        return parts;
    }

    static Message.Part part(JsonFields block) {
        Message.Part part =
                switch (block.text("type")) {
                    case "text" -> new Message.Part.Text(block.text("text"));
                    case "image" -> new Message.Part.Image(image(source(block)));
                    case "document" -> new Message.Part.File(document(block));
                    default -> throw block.wrong("type", "text, image, document or tool_result");
                };
        return part.withCacheHint(CommonFields.cacheHint(block));
    }

    private static JsonFields source(JsonFields block) {
        JsonFields source = block.object("source");
        if (source == null) {
            throw BadRequest.field(block.at("source"), block.at("source") + " is missing");
        }
        return source;
    }

    private static Message.Image image(JsonFields source) {
        return switch (source.text("type")) {
            case "base64" -> new Message.Image.Data(source.text("media_type"), source.text("data"));
            case "url" -> CommonFields.image(source, "url");
            default -> throw source.wrong("type", "base64 or url: files that a vendor keeps are not known to others");
        };
    }

    private static Message.File document(JsonFields block) {
        JsonFields citations = block.object("citations");
        if (citations != null && citations.flag("enabled")) {
            throw BadRequest.field(
                    block.at("citations"), block.at("citations") + " cannot be carried to other vendors");
        }
        CommonFields.refuse(block, "context", "cannot be carried to other vendors: put it into a text block");
        String title = block.findText("title");
        String name = title == null ? "" : title;
        JsonFields source = source(block);
        return switch (source.text("type")) {
            case "base64" -> new Message.File.Data(name, source.text("media_type"), source.text("data"));
            case "text" ->
                Message.File.of(name, "text/plain", source.text("data").getBytes(StandardCharsets.UTF_8));
            case "url" -> Message.File.url(source.text("url"), PDF);
            default ->
                throw source.wrong("type", "base64, text or url: files that a vendor keeps are not known to others");
        };
    }
}

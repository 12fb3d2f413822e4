package dev.understudy.provider.anthropic;

import dev.understudy.chat.Message;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.Media;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Encodes parts of user messages and tool results: text, images, PDF and plain text files. */
final class AnthropicParts {

    private static final String PDF = "application/pdf";
    private static final String PLAIN = "text/plain";

    private AnthropicParts() {}

    /** Returns the block; null for a text that is blank, which the API refuses. */
    static @Nullable Map<String, Object> of(Message.Part part) {
        if (part instanceof Message.Part.Text words) {
            return words.text().isBlank() ? null : ExtraFields.fields("type", "text", "text", words.text());
        }
        if (part instanceof Message.Part.Image picture) {
            return ExtraFields.fields("type", "image", "source", source(Media.of(picture.image())));
        }
        if (part instanceof Message.Part.File file) {
            return document(Media.of(file.file()));
        }
        throw Media.unsupported("Messages", "sound", "input_audio");
    }

    private static Map<String, Object> document(Media media) {
        Map<String, Object> source;
        if (media.mediaType().equals(PDF)) {
            source = source(media);
        } else if (media.mediaType().startsWith("text/") && media.isInline()) {
            source = ExtraFields.fields("type", "text", "media_type", PLAIN, "data", text(media));
        } else {
            throw Media.unsupported("Messages", "files of type " + media.mediaType(), "document");
        }
        Map<String, Object> block = ExtraFields.fields("type", "document", "source", source);
        if (!media.name().isBlank()) {
            block.put("title", media.name());
        }
        return block;
    }

    private static String text(Media media) {
        try {
            return new String(Base64.getDecoder().decode(media.base64()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw Media.unsupported("Messages", "files that are not Base64", "document");
        }
    }

    private static Map<String, Object> source(Media media) {
        return media.isInline()
                ? ExtraFields.fields("type", "base64", "media_type", media.mediaType(), "data", media.base64())
                : ExtraFields.fields("type", "url", "url", media.url());
    }
}

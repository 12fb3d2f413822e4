package dev.understudy.provider.bedrock;

import dev.understudy.chat.Message;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.Media;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Encodes parts of user messages and tool results. Images and documents are sent as bytes; Converse fetches none. */
final class BedrockParts {

    private static final Map<String, String> FORMATS = Map.ofEntries(
            Map.entry("application/pdf", "pdf"),
            Map.entry("text/plain", "txt"),
            Map.entry("text/markdown", "md"),
            Map.entry("text/csv", "csv"),
            Map.entry("text/html", "html"),
            Map.entry("application/msword", "doc"),
            Map.entry("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
            Map.entry("application/vnd.ms-excel", "xls"),
            Map.entry("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"));

    private BedrockParts() {}

    /** Returns the block; null for a text that is blank, which the API refuses. */
    static @Nullable Map<String, Object> of(Message.Part part) {
        if (part instanceof Message.Part.Text words) {
            return words.text().isBlank() ? null : Map.of("text", words.text());
        }
        if (part instanceof Message.Part.Image picture) {
            return Map.of("image", image(Media.of(picture.image())));
        }
        if (part instanceof Message.Part.File file) {
            return Map.of("document", document(Media.of(file.file())));
        }
        throw Media.unsupported("Converse", "sound", "input_audio");
    }

    private static Map<String, Object> image(Media media) {
        if (!media.isInline()) {
            throw Media.unsupported("Converse", "images by URL", "image_url");
        }
        String type = media.mediaType();
        String format = type.substring(type.indexOf('/') + 1).toLowerCase(Locale.ROOT);
        return ExtraFields.fields(
                "format", format.equals("jpg") ? "jpeg" : format, "source", Map.of("bytes", media.base64()));
    }

    private static Map<String, Object> document(Media media) {
        String format = FORMATS.get(media.mediaType());
        if (!media.isInline() || format == null) {
            throw Media.unsupported("Converse", "files by URL, or of type " + media.mediaType(), "document");
        }
        return ExtraFields.fields(
                "format", format, "name", name(media.name()), "source", Map.of("bytes", media.base64()));
    }

    /** Returns the name of a file without its ending and with the characters that the API accepts. */
    static String name(String name) {
        int dot = name.lastIndexOf('.');
        String plain = (dot > 0 ? name.substring(0, dot) : name)
                .replaceAll("[^a-zA-Z0-9\\-()\\[\\] ]", "-")
                .replaceAll(" {2,}", " ");
        return plain.isBlank() ? "document" : plain.substring(0, Math.min(200, plain.length()));
    }
}

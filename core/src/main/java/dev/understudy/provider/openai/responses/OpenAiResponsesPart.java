package dev.understudy.provider.openai.responses;

import static dev.understudy.provider.dialect.ExtraFields.fields;

import dev.understudy.chat.Message;
import dev.understudy.provider.dialect.Media;
import java.util.Map;

/** Encodes parts of user messages and tool results. */
final class OpenAiResponsesPart {

    private OpenAiResponsesPart() {}

    static Map<String, Object> of(Message.Part part) {
        if (part instanceof Message.Part.Text words) {
            return fields("type", "input_text", "text", words.text());
        }
        if (part instanceof Message.Part.Image picture) {
            return fields(
                    "type",
                    "input_image",
                    "image_url",
                    Media.of(picture.image()).address());
        }
        if (part instanceof Message.Part.File file) {
            return file(Media.of(file.file()));
        }
        throw Media.unsupported("Responses", "sound", "input_audio");
    }

    private static Map<String, Object> file(Media file) {
        return file.isInline()
                ? fields(
                        "type",
                        "input_file",
                        "filename",
                        file.name().isBlank() ? "document" : file.name(),
                        "file_data",
                        file.address())
                : fields("type", "input_file", "file_url", file.url());
    }
}

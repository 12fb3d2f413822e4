package dev.understudy.springai;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.content.Media;
import org.springframework.util.MimeType;

/** Maps images, sound and files in both directions. */
final class MediaMapper {

    private static final String DATA = "data:";

    private MediaMapper() {}

    static Message.Part part(Media media) {
        String type = media.getMimeType().toString();
        String url = url(media.getData());
        if (url != null) {
            return type.startsWith("image/")
                    ? new Message.Part.Image(Message.Image.url(url), Message.CacheHint.NONE)
                    : new Message.Part.File(Message.File.url(url, type), Message.CacheHint.NONE);
        }
        String base64 = base64(media.getData());
        if (type.startsWith("image/")) {
            return new Message.Part.Image(new Message.Image.Data(type, base64));
        }
        return type.startsWith("audio/")
                ? new Message.Part.Audio(type, base64, Message.CacheHint.NONE)
                : new Message.Part.File(new Message.File.Data(media.getName(), type, base64));
    }

    static ContentBlock block(Media media) {
        Message.Part part = part(media);
        if (part instanceof Message.Part.Image image) {
            return new ContentBlock.Image(image.image(), null);
        }
        if (part instanceof Message.Part.Audio audio) {
            return new ContentBlock.Audio(audio.mediaType(), audio.base64(), null);
        }
        if (part instanceof Message.Part.File file && file.file() instanceof Message.File.Data held) {
            return new ContentBlock.File(held.mediaType(), held.base64(), null);
        }
        throw new UnsupportedOperationException(
                "An assistant message holds a file of type " + media.getMimeType()
                        + " by its address. Understudy keeps only images of answers by address: put the bytes into the message");
    }

    private static @Nullable String url(Object data) {
        String text = data instanceof byte[] ? "" : String.valueOf(data);
        return text.contains("://") && !text.startsWith(DATA) ? text : null;
    }

    private static String base64(Object data) {
        if (data instanceof byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
        String text = String.valueOf(data);
        return text.startsWith(DATA) ? text.substring(text.indexOf(',') + 1) : text;
    }

    static List<Media> media(List<ContentBlock> blocks) {
        return blocks.stream().flatMap(MediaMapper::media).toList();
    }

    private static Stream<Media> media(ContentBlock block) {
        if (block instanceof ContentBlock.Image image) {
            return Stream.of(image(image.image()));
        }
        if (block instanceof ContentBlock.Audio audio) {
            return Stream.of(data(audio.mediaType(), audio.base64()));
        }
        return block instanceof ContentBlock.File file
                ? Stream.of(data(file.mediaType(), file.base64()))
                : Stream.empty();
    }

    static Media media(Message.Part part) {
        if (part instanceof Message.Part.Image image) {
            return image(image.image());
        }
        if (part instanceof Message.Part.Audio audio) {
            return data(audio.mediaType(), audio.base64());
        }
        if (part instanceof Message.Part.File file) {
            if (file.file() instanceof Message.File.Url url) {
                return new Media(MimeType.valueOf(url.mediaType()), URI.create(url.url()));
            }
            Message.File.Data data = (Message.File.Data) file.file();
            return Media.builder()
                    .mimeType(MimeType.valueOf(data.mediaType()))
                    .name(data.name())
                    .data(Base64.getDecoder().decode(data.base64()))
                    .build();
        }
        throw new IllegalArgumentException("Text is no media");
    }

    private static Media image(Message.Image image) {
        if (image instanceof Message.Image.Data data) {
            return data(data.mediaType(), data.base64());
        }
        String url = ((Message.Image.Url) image).url();
        return new Media(MimeType.valueOf(type(url)), URI.create(url));
    }

    /** Guesses the type that Spring AI asks for from the end of the path; vendors look at the image itself. */
    private static String type(String url) {
        String path = Objects.requireNonNullElse(URI.create(url).getPath(), "").toLowerCase(java.util.Locale.ROOT);
        if (path.endsWith(".jpg") || path.endsWith(".jpeg")) {
            return "image/jpeg";
        }
        return path.endsWith(".gif") ? "image/gif" : path.endsWith(".webp") ? "image/webp" : "image/png";
    }

    private static Media data(String type, String base64) {
        return Media.builder()
                .mimeType(MimeType.valueOf(type))
                .data(Base64.getDecoder().decode(base64))
                .build();
    }
}

package dev.understudy.langchain4j;

import dev.langchain4j.data.audio.Audio;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AudioContent;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.PdfFileContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.VideoContent;
import dev.langchain4j.data.pdf.PdfFile;
import dev.langchain4j.data.video.Video;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Maps text, images, sound and files in both directions. */
final class ContentMapper {

    private static final String PDF = "application/pdf";

    private ContentMapper() {}

    static List<Message.Part> parts(List<Content> contents) {
        List<Message.Part> parts = new ArrayList<>();
        contents.forEach(content -> parts.add(part(content)));
        return parts;
    }

    private static Message.Part part(Content content) {
        if (content instanceof TextContent text) {
            return new Message.Part.Text(text.text());
        }
        if (content instanceof ImageContent image) {
            return new Message.Part.Image(image(image.image()));
        }
        if (content instanceof AudioContent sound) {
            Audio audio = sound.audio();
            String type = Objects.requireNonNullElse(audio.mimeType(), "audio/wav");
            return audio.url() == null
                    ? new Message.Part.Audio(type, data(audio.base64Data(), audio.binaryData()), Message.CacheHint.NONE)
                    : file(audio.url(), type, null, "sound");
        }
        if (content instanceof PdfFileContent pdf) {
            PdfFile file = pdf.pdfFile();
            return file(file.url(), Objects.requireNonNullElse(file.mimeType(), PDF), file.base64Data(), "file.pdf");
        }
        if (content instanceof VideoContent film) {
            Video video = film.video();
            String type = Objects.requireNonNullElse(video.mimeType(), "video/mp4");
            return file(video.url(), type, video.base64Data(), "video");
        }
        throw new UnsupportedFeatureException("No mapping for content of type " + content.type());
    }

    static Message.Image image(Image image) {
        return image.url() != null
                ? Message.Image.url(image.url().toString())
                : new Message.Image.Data(
                        Objects.requireNonNullElse(image.mimeType(), "image/png"), data(image.base64Data(), null));
    }

    private static Message.Part file(@Nullable URI url, String type, @Nullable String base64, String name) {
        Message.File file = url != null
                ? Message.File.url(url.toString(), type)
                : new Message.File.Data(name, type, data(base64, null));
        return new Message.Part.File(file, Message.CacheHint.NONE);
    }

    private static String data(@Nullable String base64, byte @Nullable [] bytes) {
        if (base64 != null) {
            return base64;
        }
        return bytes == null ? "" : Base64.getEncoder().encodeToString(bytes);
    }

    /** Returns the contents, at least one; parts that LangChain4j has no word for are named and left out. */
    static List<Content> contents(List<Message.Part> parts, List<String> leftOut) {
        List<Content> contents = new ArrayList<>();
        for (Message.Part part : parts) {
            if (part instanceof Message.Part.Text text) {
                contents.add(TextContent.from(text.text()));
            } else if (part instanceof Message.Part.Image image) {
                contents.add(ImageContent.from(image(image.image())));
            } else if (part instanceof Message.Part.Audio audio) {
                contents.add(AudioContent.from(audio.base64(), audio.mediaType()));
            } else if (part instanceof Message.Part.File file) {
                Content content = content(file.file());
                if (content == null) {
                    leftOut.add("file " + file.file().mediaType());
                } else {
                    contents.add(content);
                }
            }
        }
        if (contents.isEmpty()) {
            contents.add(TextContent.from(""));
        }
        return contents;
    }

    private static @Nullable Content content(Message.File file) {
        boolean pdf = file.mediaType().equals(PDF);
        if (!pdf && !file.mediaType().startsWith("video/")) {
            return null;
        }
        if (file instanceof Message.File.Url url) {
            return pdf ? PdfFileContent.from(URI.create(url.url())) : VideoContent.from(URI.create(url.url()));
        }
        String base64 = ((Message.File.Data) file).base64();
        return pdf ? PdfFileContent.from(base64, PDF) : VideoContent.from(base64, file.mediaType());
    }

    static Image image(Message.Image image) {
        if (image instanceof Message.Image.Url url) {
            return Image.builder().url(url.url()).build();
        }
        Message.Image.Data data = (Message.Image.Data) image;
        return Image.builder()
                .base64Data(data.base64())
                .mimeType(data.mediaType())
                .build();
    }

    static List<Image> images(List<ContentBlock> blocks) {
        List<Image> images = new ArrayList<>();
        for (ContentBlock block : blocks) {
            if (block instanceof ContentBlock.Image image) {
                images.add(image(image.image()));
            }
        }
        return images;
    }
}

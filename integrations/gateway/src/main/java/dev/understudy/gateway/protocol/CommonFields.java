package dev.understudy.gateway.protocol;

import dev.understudy.chat.ChatRequest.Options;
import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.chat.ChatRequest.ServiceTier;
import dev.understudy.chat.Message;
import dev.understudy.chat.Message.CacheHint;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads fields that several protocols have in the same form. */
public final class CommonFields {

    private static final Pattern DATA = Pattern.compile("data:([a-zA-Z0-9.+/-]+);base64,(.+)", Pattern.DOTALL);

    private CommonFields() {}

    /** Returns an image from an address or a data URL. */
    public static Message.Image image(JsonFields fields, String name) {
        String url = fields.text(name);
        Matcher data = DATA.matcher(url);
        if (data.matches() && data.group(1).startsWith("image/")) {
            return new Message.Image.Data(data.group(1), data.group(2));
        }
        if (!isAddress(url)) {
            throw fields.wrong(name, "an http(s) address, or data:image/…;base64,…");
        }
        return Message.Image.url(url);
    }

    /**
     * Returns a file from a data URL, or from Base64 alone, which is a PDF then.
     *
     * @param fileName name of the file; "" for none
     */
    public static Message.File file(JsonFields fields, String name, String fileName) {
        String text = fields.text(name);
        Matcher data = DATA.matcher(text);
        if (data.matches()) {
            return new Message.File.Data(fileName, data.group(1), data.group(2));
        }
        if (text.startsWith("data:")) {
            throw fields.wrong(name, "Base64, or data:…;base64,…");
        }
        return new Message.File.Data(fileName, "application/pdf", text);
    }

    /** Returns the sound of an {@code input_audio} part. */
    public static Message.Part audio(JsonFields part) {
        JsonFields audio = part.object("input_audio");
        if (audio == null) {
            throw BadRequest.field(part.at("input_audio"), part.at("input_audio") + " is missing");
        }
        String format = audio.text("format");
        return new Message.Part.Audio(
                "audio/" + (format.equals("mp3") ? "mpeg" : format), audio.text("data"), CacheHint.NONE);
    }

    /** Returns true for an address that a vendor can fetch. */
    public static boolean isAddress(String url) {
        return url.startsWith("https://") || url.startsWith("http://");
    }

    /** Returns the reasoning that an effort asks for; null without one. */
    public static @Nullable Reasoning effort(JsonFields fields, String name) {
        String effort = fields.findText(name);
        if (effort == null) {
            return null;
        }
        return switch (effort) {
            case "none" -> Reasoning.off();
            case "minimal" -> Reasoning.of(Reasoning.Effort.MINIMAL);
            case "low" -> Reasoning.of(Reasoning.Effort.LOW);
            case "medium" -> Reasoning.of(Reasoning.Effort.MEDIUM);
            case "high" -> Reasoning.of(Reasoning.Effort.HIGH);
            case "xhigh", "max" -> Reasoning.of(Reasoning.Effort.MAX);
            default -> throw fields.wrong(name, "none, minimal, low, medium, high, xhigh or max");
        };
    }

    /** Returns a limit of tokens; null without one. */
    public static @Nullable Integer limit(JsonFields fields, String name) {
        Long limit = fields.whole(name);
        if (limit != null && (limit < 1 || limit > Integer.MAX_VALUE)) {
            throw fields.wrong(name, "1 or more");
        }
        return limit == null ? null : Integer.valueOf(limit.intValue());
    }

    /** Returns the tier that OpenAI's APIs name; null for the default and for a name of another kind. */
    public static @Nullable ServiceTier tier(@Nullable String tier) {
        return switch (tier == null ? "" : tier) {
            case "default" -> ServiceTier.STANDARD;
            case "flex" -> ServiceTier.FLEX;
            case "priority" -> ServiceTier.PRIORITY;
            default -> null;
        };
    }

    /** Returns the texts of a string or an array of strings. */
    public static List<String> texts(JsonFields fields, String name) {
        JsonNode value = fields.find(name);
        if (value == null) {
            return List.of();
        }
        List<String> all = new ArrayList<>();
        for (JsonNode one : value.isArray() ? value : List.of(value)) {
            if (!one.isString()) {
                throw fields.wrong(name, "a string or an array of strings");
            }
            all.add(one.stringValue());
        }
        return all;
    }

    /** Returns the fields beside those that are read, which vendors of the same API get as they are. */
    public static Map<String, Object> others(JsonFields fields, Set<String> read) {
        Map<String, Object> others = new LinkedHashMap<>();
        fields.node().properties().forEach(field -> {
            Object value = read.contains(field.getKey()) ? null : JsonFields.plain(field.getValue());
            if (value != null) {
                others.put(field.getKey(), value);
            }
        });
        return others;
    }

    /**
     * Adds the metadata to the options; values that are no strings go to vendors of the same API as they are.
     *
     * @param extra receives such metadata
     */
    public static Options withMetadata(Options options, JsonFields fields, Map<String, Object> extra) {
        JsonFields metadata = fields.object("metadata");
        if (metadata == null) {
            return options;
        }
        Options more = options;
        for (Map.Entry<String, JsonNode> entry : metadata.node().properties()) {
            if (!entry.getValue().isString()) {
                extra.put("metadata", others(metadata, Set.of()));
                return options;
            }
            more = more.withMetadata(entry.getKey(), entry.getValue().stringValue());
        }
        return more;
    }

    /** Returns the hint of a {@code cache_control} field. */
    public static CacheHint cacheHint(JsonFields fields) {
        JsonFields control = fields.object("cache_control");
        if (control == null) {
            return CacheHint.NONE;
        }
        String ttl = control.findText("ttl");
        if (ttl == null || ttl.equals("5m")) {
            return CacheHint.SHORT;
        }
        if (!ttl.equals("1h")) {
            throw control.wrong("ttl", "5m or 1h");
        }
        return CacheHint.LONG;
    }

    /** Refuses a field that asks for what a gateway cannot give. */
    public static void refuse(JsonFields fields, String name, String why) {
        if (fields.has(name)) {
            throw BadRequest.field(fields.at(name), fields.at(name) + " " + why);
        }
    }
}

package dev.understudy.provider.gemini;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.Media;
import dev.understudy.provider.dialect.ToolArguments;
import dev.understudy.provider.dialect.VendorFields;
import dev.understudy.provider.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a conversation as contents of user and model: consecutive messages of one role are merged. Tool results are
 * a content of their own, directly after the calls, as the API requires. Signatures return to the part they belong
 * to; reasoning that is unsigned or was signed by another vendor is omitted. From Gemini 3 on calls have ids, and a
 * call from another vendor needs a placeholder in place of a signature; earlier models support neither.
 */
final class GeminiContents {

    private static final String FOREIGN = "skip_thought_signature_validator";
    private static final Pattern GENERATION = Pattern.compile("gemini-(\\d{1,3})\\b|gemini-[a-z-]{0,40}latest");
    private static final Map<String, String> TYPES = Map.of(
            "png", "image/png",
            "jpg", "image/jpeg",
            "jpeg", "image/jpeg",
            "gif", "image/gif",
            "webp", "image/webp",
            "heic", "image/heic",
            "heif", "image/heif");

    /** Returns true for models of the third generation or later. */
    private final boolean signs;

    private final List<Map<String, Object>> contents = new ArrayList<>();
    private String role = "";
    private final List<Object> results = new ArrayList<>();
    private final List<Object> parts = new ArrayList<>();

    private GeminiContents(boolean signs) {
        this.signs = signs;
    }

    static List<Map<String, Object>> of(ChatRequest request) {
        GeminiContents turns = new GeminiContents(signs(request.model()));
        request.messages().forEach(turns::add);
        turns.turn("");
        return turns.contents;
    }

    /** Returns true for models of the third generation or later. */
    static boolean signs(String model) {
        Matcher matcher = GENERATION.matcher(model.toLowerCase(Locale.ROOT));
        return matcher.find() && (matcher.group(1) == null || Integer.parseInt(matcher.group(1)) >= 3);
    }

    static Map<String, Object> content(String role, List<?> parts) {
        return part("role", role, "parts", List.copyOf(parts));
    }

    private void add(Message message) {
        if (message instanceof Message.User user) {
            turn("user");
            user.parts().forEach(this::part);
        } else if (message instanceof Message.Assistant assistant) {
            turn("model");
            assistant(assistant);
        } else if (message instanceof Message.ToolResult result) {
            turn("user");
            result(result);
        }
    }

    /** Completes the current turn if the role changes. */
    private void turn(String next) {
        if (next.equals(role)) {
            return;
        }
        if (!results.isEmpty()) {
            contents.add(content(role, results));
        }
        if (!parts.isEmpty()) {
            contents.add(content(role, parts));
        }
        results.clear();
        parts.clear();
        role = next;
    }

    private void part(Message.Part part) {
        if (part instanceof Message.Part.Text words) {
            text(words.text());
        } else {
            parts.add(media(part));
        }
    }

    private static Map<String, Object> media(Message.Part part) {
        if (part instanceof Message.Part.Audio audio) {
            return inline(audio.mediaType(), audio.base64());
        }
        return media(
                part instanceof Message.Part.File file
                        ? Media.of(file.file())
                        : Media.of(((Message.Part.Image) part).image()));
    }

    private void text(String text) {
        if (!text.isEmpty()) {
            parts.add(part("text", text));
        }
    }

    private static Map<String, Object> media(Media media) {
        if (media.isInline()) {
            return inline(media.mediaType(), media.base64());
        }
        Map<String, Object> file = part("fileUri", media.url());
        String path = media.url().replaceAll("[?#].*", "");
        String type = media.mediaType().isEmpty()
                ? TYPES.get(path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT))
                : media.mediaType();
        if (type != null) {
            file.put("mimeType", type);
        }
        return part("fileData", file);
    }

    private void assistant(Message.Assistant assistant) {
        boolean signed = false;
        for (ContentBlock block : assistant.blocks()) {
            Map<String, ?> own = VendorFields.of(block, DialectName.GEMINI);
            if (block instanceof ToolCall call) {
                Map<String, Object> part = part("functionCall", call(call));
                part.putAll(own);
                if (signs && !signed) {
                    part.putIfAbsent(GeminiBlocks.SIGNATURE, FOREIGN);
                }
                signed |= part.containsKey(GeminiBlocks.SIGNATURE);
                parts.add(part);
            } else if (block instanceof ContentBlock.Text text) {
                said(text.text(), GeminiTextData.sendable(own));
            } else if (block instanceof ReasoningBlock reasoning) {
                reasoning(reasoning);
            } else if (block instanceof ContentBlock.Refusal refusal) {
                text(refusal.text());
            } else if (block instanceof ContentBlock.Image image) {
                produced(media(Media.of(image.image())), own);
            } else if (block instanceof ContentBlock.Audio audio) {
                produced(inline(audio.mediaType(), audio.base64()), own);
            } else if (block instanceof ContentBlock.File file) {
                produced(inline(file.mediaType(), file.base64()), own);
            } else if (!own.isEmpty()) {
                parts.add(own);
            }
        }
    }

    private void said(String text, Map<String, ?> own) {
        if (own.isEmpty()) {
            text(text);
        } else {
            produced(part("text", text), own);
        }
    }

    private void produced(Map<String, Object> part, Map<String, ?> own) {
        part.putAll(own);
        parts.add(part);
    }

    private void reasoning(ReasoningBlock reasoning) {
        ReasoningBlock.Signature signature = reasoning.signature();
        if (signature != null && signature.origin().equals(DialectName.GEMINI)) {
            parts.add(part("text", reasoning.text(), "thought", true, GeminiBlocks.SIGNATURE, signature.value()));
        }
    }

    private static Map<String, Object> inline(String mediaType, String base64) {
        return part("inlineData", part("mimeType", mediaType, "data", base64));
    }

    private Map<String, Object> call(ToolCall call) {
        Map<String, Object> fields = identified(call.id());
        fields.put("name", call.name());
        fields.put("args", ToolArguments.object(call.arguments()));
        return fields;
    }

    /** Results are objects; other content is sent as a field of its own. */
    private void result(Message.ToolResult result) {
        Map<String, @Nullable Object> object = result.error() ? null : Json.object(result.content());
        Map<String, Object> fields = identified(result.callId());
        fields.put("name", result.name());
        fields.put("response", object != null ? object : Map.of(result.error() ? "error" : "result", result.content()));
        List<Map<String, Object>> media =
                result.media().stream().map(GeminiContents::media).toList();
        if (!media.isEmpty()) {
            fields.put("parts", media);
        }
        results.add(part("functionResponse", fields));
    }

    private Map<String, Object> identified(String id) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (signs && !id.isBlank()) {
            fields.put("id", id);
        }
        return fields;
    }

    private static Map<String, Object> part(Object... fields) {
        Map<String, Object> part = new LinkedHashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            part.put((String) fields[i], fields[i + 1]);
        }
        return part;
    }
}

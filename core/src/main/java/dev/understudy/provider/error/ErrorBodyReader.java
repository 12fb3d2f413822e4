package dev.understudy.provider.error;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads error bodies of any shape: JSON, text or an HTML page. */
final class ErrorBodyReader {

    /** Codes in JSON that is cut off or otherwise invalid. */
    private static final Pattern BROKEN =
            Pattern.compile("\"(?:code|type|status|reason)\"\\s*:\\s*\"([\\w.-]{1,100})\"");

    private ErrorBodyReader() {}

    /** Reads the bytes of a body regardless of their content type. */
    static ErrorBody read(byte[] bytes, int offset, int length) {
        return read(bytes, offset, length, CallerText.NONE);
    }

    /** Reads the bytes of a body without accepting codes that occur in the request. */
    static ErrorBody read(byte[] bytes, int offset, int length, CallerText caller) {
        try {
            JsonReader in = Json.read(bytes, offset, length);
            if (in.isObject() || in.isArray()) {
                return of(JsonTree.of(in), caller);
            }
        } catch (CallFailed notJson) {
            // Read as text below.
        }
        return text(new String(bytes, offset, length, StandardCharsets.UTF_8).strip(), caller);
    }

    /** Reads parsed JSON. */
    static ErrorBody of(@Nullable Object json) {
        return of(json, CallerText.NONE);
    }

    private static ErrorBody of(@Nullable Object json, CallerText caller) {
        ErrorBodyCollector collector = new ErrorBodyCollector(caller);
        collector.add(json, 0);
        return collector.body();
    }

    private static ErrorBody text(String text, CallerText caller) {
        String start = text.substring(0, Math.min(200, text.length())).toLowerCase(Locale.ROOT);
        boolean page = start.startsWith("<!doctype") || start.startsWith("<html") || start.contains("<head>");
        String message = page ? HtmlText.of(TextLimits.truncate(text, 64 << 10)) : text;
        ErrorBodyCollector collector = new ErrorBodyCollector(caller);
        collector.addMessage(message);
        if (!page) {
            Matcher broken = BROKEN.matcher(TextLimits.truncate(text, TextLimits.EVIDENCE));
            while (broken.find()) {
                if (!caller.contains(broken.group(1))) {
                    collector.addCode(broken.group(1));
                }
            }
        }
        ErrorBody body = collector.body();
        return page
                ? new ErrorBody(body.message(), body.evidence(), List.of(), null, 0, ErrorBody.Form.PAGE)
                : new ErrorBody(
                        body.message(),
                        body.evidence(),
                        body.codes(),
                        body.param(),
                        body.status(),
                        ErrorBody.Form.TEXT);
    }
}

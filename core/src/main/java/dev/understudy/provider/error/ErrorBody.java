package dev.understudy.provider.error;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an error says of itself, whatever the shape it came in: the vendors wrap it in {@code error}, {@code errors},
 * {@code detail}, an array, a string that is JSON again, or send a page for people.
 *
 * @param message its words for people, not yet bounded or redacted; "" without any
 * @param evidence the message and whatever else could tell the kind, one thing a line, at most {@link #EVIDENCE}
 *     characters
 * @param codes its codes, types and reasons as written, the most telling first
 * @param param the parameter it is about
 * @param status the HTTP status it names, 0 without one
 * @param form what it was told in
 */
record ErrorBody(
        String message,
        String evidence,
        List<String> codes,
        @Nullable String param,
        int status,
        Form form) {

    /** What an error is told in. */
    enum Form {
        JSON,
        WORDS,
        /** A web page: a proxy's words, so nothing in them is a vendor's. */
        PAGE
    }

    static final int EVIDENCE = 4_000;

    /** So long is a name of a parameter at most. */
    static final int NAME = 200;

    private static final Pattern BROKEN =
            Pattern.compile("\"(?:code|type|status|reason)\"\\s*:\\s*\"([\\w.-]{1,100})\"");

    /** Reads the bytes of a body, whatever their content type says. */
    static ErrorBody read(byte[] bytes, int offset, int length) {
        return read(bytes, offset, length, CallerText.NONE);
    }

    /** Reads the bytes of a body without taking codes from what the request itself says. */
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
        ErrorBodyReader gathered = new ErrorBodyReader(caller);
        gathered.take(json, 0);
        return gathered.body();
    }

    private static ErrorBody text(String text, CallerText caller) {
        String start = text.substring(0, Math.min(200, text.length())).toLowerCase(Locale.ROOT);
        boolean page = start.startsWith("<!doctype") || start.startsWith("<html") || start.contains("<head>");
        String words = page ? HtmlText.of(bounded(text, 64 << 10)) : text;
        ErrorBodyReader gathered = new ErrorBodyReader(caller);
        gathered.say(words);
        if (!page) {
            Matcher broken = BROKEN.matcher(bounded(text, EVIDENCE));
            while (broken.find()) {
                if (!caller.contains(broken.group(1))) {
                    gathered.code(broken.group(1));
                }
            }
        }
        ErrorBody body = gathered.body();
        return page
                ? new ErrorBody(body.message, body.evidence, List.of(), null, 0, Form.PAGE)
                : new ErrorBody(body.message, body.evidence, body.codes, body.param, body.status, Form.WORDS);
    }

    boolean page() {
        return form == Form.PAGE;
    }

    /** The same error with a code that was told elsewhere, in a header. */
    ErrorBody withCode(@Nullable String code) {
        if (code == null || code.isBlank()) {
            return this;
        }
        List<String> more = new ArrayList<>();
        int colon = code.indexOf(':');
        more.add(colon < 0 ? code.strip() : code.substring(0, colon).strip());
        more.addAll(codes);
        return new ErrorBody(message, evidence + "code: " + more.get(0) + "\n", more, param, status, form);
    }

    static String bounded(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length);
    }
}

package dev.understudy.provider.error;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collects from the outside in; the first message is the error's own. */
final class ErrorBodyReader {

    private static final int DEPTH = 6;
    private static final int LACONIC = 30;

    /** Fields that hold words for people. */
    private static final List<String> WORDS = List.of(
            "message",
            "msg",
            "error_message",
            "errorMessage",
            "Message",
            "error_msg",
            "status_msg",
            "error_description",
            "originalMessage",
            "error",
            "detail",
            "raw",
            "title");

    /** Fields that hold a code, the most telling first. */
    private static final List<String> CODES =
            List.of("code", "reason", "type", "error_type", "errorType", "error_code", "status", "__type");

    /** Fields that may hold an HTTP status. */
    private static final List<String> STATUSES = List.of(
            "code", "status_code", "statusCode", "status", "raw_status_code", "originalStatusCode", "error_code");

    /** Fields that hold more of the error. */
    private static final List<String> INNER = List.of(
            "error",
            "errors",
            "detail",
            "details",
            "metadata",
            "innererror",
            "inner_error",
            "response",
            "delta",
            "violations",
            "raw",
            "message",
            "msg",
            "headers",
            "previous_errors",
            "x_groq",
            "base_resp");

    /** Fields that are evidence together with their name. */
    private static final List<String> TELLING = List.of(
            "quotaId",
            "quota_limit_value",
            "quota_limit",
            "retryDelay",
            "retry_after",
            "retry_after_seconds",
            "retryAfter",
            "n_ctx",
            "X-RateLimit-Reset");

    /** Words in place of a code that say nothing. */
    private static final Set<String> EMPTY_CODES = Set.of("error", "none", "null", "value_error", "response.failed");

    private static final Pattern CODE = Pattern.compile("[\\w.:/#-]{1,100}");
    private static final Pattern BRACKETED = Pattern.compile("\\[(\\d{4})]\\s*\\[");

    private static final Pattern BROKEN =
            Pattern.compile("\"(?:code|type|status|reason)\"\\s*:\\s*\"([\\w.-]{1,100})\"");

    private final Set<String> words = new LinkedHashSet<>();
    private final StringBuilder evidence = new StringBuilder();
    private final Set<String> codes = new LinkedHashSet<>();
    private final CallerText caller;
    private @Nullable String param;
    private int status;

    /** @param caller text of the request: JSON within words, and codes within words, count only if it has none of them */
    ErrorBodyReader(CallerText caller) {
        this.caller = caller;
    }

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
        String words = page ? HtmlText.of(TextLimits.truncate(text, 64 << 10)) : text;
        ErrorBodyReader gathered = new ErrorBodyReader(caller);
        gathered.say(words);
        if (!page) {
            Matcher broken = BROKEN.matcher(TextLimits.truncate(text, TextLimits.EVIDENCE));
            while (broken.find()) {
                if (!caller.contains(broken.group(1))) {
                    gathered.code(broken.group(1));
                }
            }
        }
        ErrorBody body = gathered.body();
        return page
                ? new ErrorBody(body.message(), body.evidence(), List.of(), null, 0, ErrorBody.Form.PAGE)
                : new ErrorBody(
                        body.message(),
                        body.evidence(),
                        body.codes(),
                        body.param(),
                        body.status(),
                        ErrorBody.Form.WORDS);
    }

    ErrorBody body() {
        String message = words.stream().limit(2).reduce("", ErrorBodyReader::joined);
        Matcher bracketed = BRACKETED.matcher(evidence);
        List<String> ordered = new ArrayList<>();
        if (bracketed.find() && !caller.contains(bracketed.group(1))) {
            ordered.add(bracketed.group(1));
        }
        codes.stream().filter(code -> !ordered.contains(code)).forEach(ordered::add);
        ordered.forEach(code -> evidence.append("code: ").append(code).append('\n'));
        return new ErrorBody(
                message,
                TextLimits.truncate(evidence.toString(), TextLimits.EVIDENCE),
                ordered,
                param,
                status,
                ErrorBody.Form.JSON);
    }

    /** The error's own words; a vendor's that a gateway passes on are told only if the gateway says too little. */
    private static String joined(String first, String second) {
        if (first.isEmpty()) {
            return second;
        }
        return first.length() > LACONIC || second.length() > 1_000 ? first : first + ": " + second;
    }

    void take(@Nullable Object json, int depth) {
        if (depth > DEPTH) {
            return;
        }
        if (json instanceof List<?> list) {
            list.stream().limit(5).forEach(each -> take(each, depth + 1));
        } else if (json instanceof Map<?, ?> map) {
            fields(map, depth);
        } else if (json instanceof String string) {
            words(string, depth);
        }
    }

    private void fields(Map<?, ?> map, int depth) {
        boolean wrapper = map.get("error") instanceof Map || map.get("response") instanceof Map;
        if (wrapper) {
            take(map.get("error"), depth + 1);
            take(map.get("response"), depth + 1);
        }
        for (String field : CODES) {
            String code = scalar(map.get(field));
            if (code != null && !(wrapper && field.equals("type"))) {
                code(code);
            }
        }
        for (String field : STATUSES) {
            status(scalar(map.get(field)));
        }
        for (String field : TELLING) {
            String told = scalar(map.get(field));
            if (told != null) {
                evidence.append(field)
                        .append(": ")
                        .append(TextLimits.truncate(told, TextLimits.NAME))
                        .append('\n');
            }
        }
        if (param == null && map.get("param") instanceof String about && !about.isBlank()) {
            param = TextLimits.truncate(about, TextLimits.NAME);
        }
        if (map.get("loc") instanceof List<?> path && path.size() == 2 && param == null) {
            param = TextLimits.truncate(String.valueOf(path.get(1)), TextLimits.NAME);
        }
        for (String field : WORDS) {
            if (map.get(field) instanceof String said) {
                words(said, depth);
                if (field.equals("error") && CODE.matcher(said).matches() && !caller.contains(said)) {
                    code(said);
                }
            }
        }
        if (map.get("choices") instanceof List<?> choices) {
            choices.stream()
                    .limit(5)
                    .filter(choice -> choice instanceof Map)
                    .forEach(choice -> take(((Map<?, ?>) choice).get("error"), depth + 1));
        }
        for (String field : INNER) {
            Object inner = map.get(field);
            if (inner instanceof List || (inner instanceof Map && !(wrapper && isWrapped(field)))) {
                take(inner, depth + 1);
            }
        }
    }

    private static boolean isWrapped(String field) {
        return field.equals("error") || field.equals("response");
    }

    /** Words, or JSON in a string, as gateways pass on what they got. */
    private void words(String said, int depth) {
        String stripped = said.strip();
        if ((stripped.startsWith("{") || stripped.startsWith("[{")) && depth < DEPTH && !caller.contains(stripped)) {
            byte[] bytes = stripped.getBytes(StandardCharsets.UTF_8);
            try {
                JsonReader in = Json.read(bytes);
                take(JsonTree.of(in), depth + 1);
                return;
            } catch (CallFailed notJson) {
                // Words that begin with a brace.
            }
        }
        say(stripped);
    }

    void say(String said) {
        if (!said.isEmpty() && words.add(said) && evidence.length() < TextLimits.EVIDENCE) {
            evidence.append(TextLimits.truncate(said, TextLimits.EVIDENCE)).append('\n');
        }
    }

    void code(String code) {
        String stripped = code.strip();
        if (!CODE.matcher(stripped).matches()) {
            say(stripped);
        } else if (!EMPTY_CODES.contains(stripped.toLowerCase(Locale.ROOT)) && statusIn(stripped) == 0) {
            codes.add(stripped);
        }
    }

    private void status(@Nullable String value) {
        if (status == 0 && value != null) {
            status = statusIn(value);
        }
    }

    private static int statusIn(String value) {
        return value.matches("[45]\\d\\d") ? Integer.parseInt(value) : 0;
    }

    private static @Nullable String scalar(@Nullable Object value) {
        return value instanceof String || value instanceof Number ? value.toString() : null;
    }
}

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

/** Collects messages, codes and evidence from parsed JSON, from the outside in; the first message is the main one. Not thread-safe. */
final class ErrorBodyCollector {

    private static final int DEPTH = 6;
    private static final int SHORT_MESSAGE = 30;

    /** Fields that hold text for readers. */
    private static final List<String> MESSAGE_FIELDS = List.of(
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

    /** Fields that hold a code, the most specific first. */
    private static final List<String> CODE_FIELDS =
            List.of("code", "reason", "type", "error_type", "errorType", "error_code", "status", "__type");

    /** Fields that may hold an HTTP status. */
    private static final List<String> STATUS_FIELDS = List.of(
            "code", "status_code", "statusCode", "status", "raw_status_code", "originalStatusCode", "error_code");

    /** Fields that hold further parts of the error. */
    private static final List<String> INNER_FIELDS = List.of(
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
            "interaction",
            "step",
            "steps",
            "base_resp");

    /** Fields that are evidence together with their name. */
    private static final List<String> EVIDENCE_FIELDS = List.of(
            "quotaId",
            "quota_limit_value",
            "quota_limit",
            "retryDelay",
            "retry_after",
            "retry_after_seconds",
            "retryAfter",
            "n_ctx",
            "X-RateLimit-Reset");

    /** Codes that carry no information. */
    private static final Set<String> EMPTY_CODES = Set.of("error", "none", "null", "value_error", "response.failed");

    private static final Pattern CODE = Pattern.compile("[\\w.:/#-]{1,100}");
    private static final Pattern BRACKETED = Pattern.compile("\\[(\\d{4})]\\s*\\[");

    private final Set<String> messages = new LinkedHashSet<>();
    private final StringBuilder evidence = new StringBuilder();
    private final Set<String> codes = new LinkedHashSet<>();
    private final CallerText caller;
    private @Nullable String param;
    private int status;
    private int texts; // strings of JSON around what is added

    /** @param caller text of the request: JSON and codes within messages count only if the request has none of them */
    ErrorBodyCollector(CallerText caller) {
        this.caller = caller;
    }

    ErrorBody body() {
        String message = messages.stream().limit(2).reduce("", ErrorBodyCollector::joined);
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

    /** Appends the vendor's message that a gateway passes on, if the gateway's own message is short. */
    private static String joined(String first, String second) {
        if (first.isEmpty()) {
            return second;
        }
        return first.length() > SHORT_MESSAGE || second.length() > 1_000 ? first : first + ": " + second;
    }

    void add(@Nullable Object json, int depth) {
        if (depth > DEPTH) {
            return;
        }
        if (json instanceof List<?> list) {
            list.stream().limit(5).forEach(each -> add(each, depth + 1));
        } else if (json instanceof Map<?, ?> map) {
            addFields(map, depth);
        } else if (json instanceof String string) {
            addText(string, depth);
        }
    }

    private void addFields(Map<?, ?> map, int depth) {
        boolean wrapper = map.get("error") instanceof Map || map.get("response") instanceof Map;
        if (wrapper) {
            add(map.get("error"), depth + 1);
            add(map.get("response"), depth + 1);
        }
        for (String field : CODE_FIELDS) {
            String code = vendors(map, field);
            if (code != null && !(wrapper && field.equals("type"))) {
                addCode(code);
            }
        }
        String number = map.get("status_msg") instanceof String ? vendors(map, "status_code") : null;
        if (number != null) {
            addCode("base_resp." + number);
        }
        for (String field : STATUS_FIELDS) {
            status(vendors(map, field));
        }
        for (String field : EVIDENCE_FIELDS) {
            String value = vendors(map, field);
            if (value != null) {
                evidence.append(field)
                        .append(": ")
                        .append(TextLimits.truncate(value, TextLimits.NAME))
                        .append('\n');
            }
        }
        if (param == null && map.get("param") instanceof String about && !about.isBlank()) {
            param = TextLimits.truncate(about, TextLimits.NAME);
        }
        if (map.get("loc") instanceof List<?> path && path.size() == 2 && param == null) {
            param = TextLimits.truncate(String.valueOf(path.get(1)), TextLimits.NAME);
        }
        for (String field : MESSAGE_FIELDS) {
            if (map.get(field) instanceof String message) {
                addText(message, depth);
                if (field.equals("error") && CODE.matcher(message).matches() && !caller.contains(message)) {
                    addCode(message);
                }
            }
        }
        if (map.get("choices") instanceof List<?> choices) {
            choices.stream()
                    .limit(5)
                    .filter(choice -> choice instanceof Map)
                    .forEach(choice -> add(((Map<?, ?>) choice).get("error"), depth + 1));
        }
        for (String field : INNER_FIELDS) {
            Object inner = map.get(field);
            if (inner instanceof List || (inner instanceof Map && !(wrapper && isWrapped(field)))) {
                add(inner, depth + 1);
            }
        }
    }

    private static boolean isWrapped(String field) {
        return field.equals("error") || field.equals("response");
    }

    /** Adds a message, or the content of JSON in a string, as gateways pass errors on. */
    private void addText(String message, int depth) {
        String stripped = message.strip();
        if ((stripped.startsWith("{") || stripped.startsWith("[{")) && depth < DEPTH && !caller.contains(stripped)) {
            byte[] bytes = stripped.getBytes(StandardCharsets.UTF_8);
            try {
                JsonReader in = Json.read(bytes);
                Object json = JsonTree.of(in);
                texts++;
                add(json, depth + 1);
                texts--;
                return;
            } catch (CallFailed notJson) {
                // Text that begins with a brace.
            }
        }
        addMessage(stripped);
    }

    void addMessage(String message) {
        if (!message.isEmpty() && messages.add(message) && evidence.length() < TextLimits.EVIDENCE) {
            evidence.append(TextLimits.truncate(message, TextLimits.EVIDENCE)).append('\n');
        }
    }

    void addCode(String code) {
        String stripped = code.strip();
        if (!CODE.matcher(stripped).matches()) {
            addMessage(stripped);
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

    /**
     * Returns the scalar value of a field; {@code null} without one, or if it repeats the request: some vendors send parts of
     * the request along with the error, such as its metadata.
     */
    private @Nullable String vendors(Map<?, ?> map, String field) {
        Object value = map.get(field);
        String text = value instanceof String || value instanceof Number ? value.toString() : null;
        boolean repeated = text != null && (caller.isValue(text) || (texts > 0 && caller.contains(field + ':' + text)));
        return repeated ? null : text;
    }
}

package dev.understudy.ops.admin;

import dev.understudy.ops.event.JsonDocuments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why a request of an operator is not done, as RFC 9457 has it. Holds nothing secret. */
final class Problem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * One thing that is wrong in a body.
     *
     * @param pointer where, as a JSON pointer in a fragment: {@code #/backup_provider_ids/0}
     * @param detail what, and what would be right
     */
    record Mistake(String pointer, String detail) {}

    private final int status;
    private final String type;
    private final String title;
    private final transient List<Mistake> mistakes;
    private final transient Map<String, String> headers;

    private Problem(
            int status, String type, String title, String detail, List<Mistake> mistakes, Map<String, String> headers) {
        super(detail, null, false, false);
        this.status = status;
        this.type = type;
        this.title = title;
        this.mistakes = mistakes;
        this.headers = headers;
    }

    static Problem of(int status, String type, String title, String detail) {
        return new Problem(status, type, title, detail, List.of(), Map.of());
    }

    /** The fields of a body that are wrong, all at once. */
    static Problem invalid(List<Mistake> mistakes) {
        String detail = mistakes.size() == 1 ? "One field is wrong" : mistakes.size() + " fields are wrong";
        return new Problem(422, "invalid-fields", "Invalid fields", detail, List.copyOf(mistakes), Map.of());
    }

    Problem with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Problem(status, type, title, detail(), mistakes, more);
    }

    int status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** @param instance the path that was asked for */
    byte[] body(String instance) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", "urn:understudy:problem:" + type);
        body.put("title", title);
        body.put("status", status);
        body.put("detail", detail());
        body.put("instance", instance);
        if (!mistakes.isEmpty()) {
            List<Map<String, String>> errors = new ArrayList<>();
            for (Mistake mistake : mistakes) {
                Map<String, String> error = new LinkedHashMap<>();
                error.put("pointer", mistake.pointer);
                error.put("detail", mistake.detail);
                errors.add(error);
            }
            body.put("errors", errors);
        }
        return JsonDocuments.write(body);
    }

    private String detail() {
        @Nullable String detail = getMessage();
        return detail == null ? title : detail;
    }
}

package dev.understudy.ops.admin;

import dev.understudy.ops.event.JsonDocuments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An error response as RFC 9457 problem details. Contains no secret. */
final class Problem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * One invalid field of a body.
     *
     * @param pointer JSON pointer in a fragment: {@code #/backup_provider_ids/0}
     * @param detail the error and the expected value
     */
    record FieldError(String pointer, String detail) {}

    private final int status;
    private final String type;
    private final String title;
    private final transient List<FieldError> fieldErrors;
    private final transient Map<String, String> headers;

    private Problem(
            int status,
            String type,
            String title,
            String detail,
            List<FieldError> fieldErrors,
            Map<String, String> headers) {
        super(detail, null, false, false);
        this.status = status;
        this.type = type;
        this.title = title;
        this.fieldErrors = fieldErrors;
        this.headers = headers;
    }

    static Problem of(int status, String type, String title, String detail) {
        return new Problem(status, type, title, detail, List.of(), Map.of());
    }

    /** Creates the problem for invalid fields, all at once. */
    static Problem invalid(List<FieldError> fieldErrors) {
        String detail = fieldErrors.size() == 1 ? "One field is wrong" : fieldErrors.size() + " fields are wrong";
        return new Problem(422, "invalid-fields", "Invalid fields", detail, List.copyOf(fieldErrors), Map.of());
    }

    Problem with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Problem(status, type, title, detail(), fieldErrors, more);
    }

    int status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** @param instance path of the request */
    byte[] body(String instance) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", "urn:understudy:problem:" + type);
        body.put("title", title);
        body.put("status", status);
        body.put("detail", detail());
        body.put("instance", instance);
        if (!fieldErrors.isEmpty()) {
            List<Map<String, String>> errors = new ArrayList<>();
            for (FieldError fieldError : fieldErrors) {
                Map<String, String> error = new LinkedHashMap<>();
                error.put("pointer", fieldError.pointer);
                error.put("detail", fieldError.detail);
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

package dev.understudy.provider.error;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Content of an error response, independent of its shape: vendors wrap errors in {@code error}, {@code errors},
 * {@code detail}, an array or a string of JSON, or send an HTML page.
 *
 * @param message text for readers, neither bounded nor redacted; "" without any
 * @param evidence the message and everything else that may reveal the kind, one item a line, at most {@link
 *     TextLimits#EVIDENCE} characters
 * @param codes codes, types and reasons as written, the most specific first
 * @param param the parameter concerned
 * @param status the HTTP status named in the body, 0 without one
 * @param form format of the body
 */
record ErrorBody(
        String message,
        String evidence,
        List<String> codes,
        @Nullable String param,
        int status,
        Form form) {

    /** Format of an error body. */
    enum Form {
        JSON,
        TEXT,
        /** HTML page of a proxy: no evidence about the vendor. */
        PAGE
    }

    boolean page() {
        return form == Form.PAGE;
    }

    /** Adds a code from elsewhere, such as a header. */
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
}

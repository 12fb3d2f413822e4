package dev.understudy.provider.error;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an error says of itself, whatever the shape it came in: the vendors wrap it in {@code error}, {@code errors},
 * {@code detail}, an array, a string that is JSON again, or send a page for people.
 *
 * @param message its words for people, not yet bounded or redacted; "" without any
 * @param evidence the message and whatever else could tell the kind, one thing a line, at most {@link TextLimits#EVIDENCE}
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
}

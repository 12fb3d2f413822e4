package dev.understudy.chat;

import java.util.Locale;

/** Where in a call something happened. */
public enum Phase {
    CONNECT,
    /** Between the request and the response's headers. */
    HEADERS,
    /** Between the headers and the first content. */
    FIRST_CONTENT,
    /** Between two pieces of content. */
    IDLE,
    /** The whole unary answer. */
    RESPONSE,
    /** The whole attempt. */
    TOTAL,
    /** The whole call, by the caller's timeout or deadline. */
    DEADLINE;

    private final String label = name().toLowerCase(Locale.ROOT).replace('_', ' ');

    /** The name in lower case, as it stands in messages. */
    public String label() {
        return label;
    }
}

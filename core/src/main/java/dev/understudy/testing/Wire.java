package dev.understudy.testing;

import java.nio.charset.StandardCharsets;

/**
 * One event as it stands in the body.
 *
 * @param bytes with the blank line that ends it
 * @param sort what it is, as far as the pace and the faults of a reply care
 */
record Wire(byte[] bytes, Sort sort) {

    enum Sort {
        /** Opens, closes or ends something. */
        FRAME,
        /** Says something. */
        TOKEN,
        /** Says that somebody is alive. */
        PING,
        /** Is no part of the body: tells that the connection takes no more requests. */
        GO_AWAY
    }

    static final Wire GO_AWAY = new Wire(new byte[0], Sort.GO_AWAY);

    static Wire data(Sort sort, String json) {
        return of(sort, "data: " + json + "\n\n");
    }

    static Wire event(Sort sort, String name, String json) {
        return of(sort, "event: " + name + "\ndata: " + json + "\n\n");
    }

    static Wire of(Sort sort, String text) {
        return new Wire(text.getBytes(StandardCharsets.UTF_8), sort);
    }

    /** The same event with lines that end in CR LF. */
    Wire crlf() {
        return of(sort, new String(bytes, StandardCharsets.UTF_8).replace("\n", "\r\n"));
    }

    Wire first(int length) {
        return new Wire(java.util.Arrays.copyOf(bytes, length), sort);
    }
}

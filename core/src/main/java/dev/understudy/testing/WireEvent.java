package dev.understudy.testing;

import java.nio.charset.StandardCharsets;

/**
 * One event as it stands in the body.
 *
 * @param bytes with the blank line that ends it
 * @param sort what it is, as far as the pace and the faults of a reply care
 */
record WireEvent(byte[] bytes, Sort sort) {

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

    static final WireEvent GO_AWAY = new WireEvent(new byte[0], Sort.GO_AWAY);

    static WireEvent data(Sort sort, String json) {
        return of(sort, "data: " + json + "\n\n");
    }

    static WireEvent event(Sort sort, String name, String json) {
        return of(sort, "event: " + name + "\ndata: " + json + "\n\n");
    }

    static WireEvent of(Sort sort, String text) {
        return new WireEvent(text.getBytes(StandardCharsets.UTF_8), sort);
    }

    /** The same event with lines that end in CR LF. */
    WireEvent crlf() {
        return of(sort, new String(bytes, StandardCharsets.UTF_8).replace("\n", "\r\n"));
    }

    WireEvent first(int length) {
        return new WireEvent(java.util.Arrays.copyOf(bytes, length), sort);
    }
}

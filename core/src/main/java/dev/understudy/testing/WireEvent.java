package dev.understudy.testing;

import java.nio.charset.StandardCharsets;

/**
 * One event as bytes of the body.
 *
 * @param bytes including the blank line that ends it
 * @param sort category, as far as delays and faults depend on it
 */
record WireEvent(byte[] bytes, Sort sort) {

    enum Sort {
        /** Opens, closes or ends a block or answer. */
        FRAME,
        /** Carries content. */
        TOKEN,
        /** Keep-alive without content. */
        PING,
        /** Not part of the body: GOAWAY on the connection. */
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

    /** Returns the event with lines that end in CR LF. */
    WireEvent crlf() {
        return of(sort, new String(bytes, StandardCharsets.UTF_8).replace("\n", "\r\n"));
    }

    WireEvent first(int length) {
        return new WireEvent(java.util.Arrays.copyOf(bytes, length), sort);
    }
}

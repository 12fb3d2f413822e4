package dev.understudy.simulation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Reads the requests of one connection, HTTP/1.1 with a length. */
final class HttpReceiver {

    private static final byte[] NONE = {};

    private byte[] pending = NONE;
    private final Consumer<Request> requests;

    HttpReceiver(Consumer<Request> requests) {
        this.requests = requests;
    }

    void received(byte[] bytes, long sent) {
        byte[] all = pending.length == 0 ? bytes : joined(pending, bytes);
        int end = end(all);
        if (end < 0) {
            pending = all;
            return;
        }
        Map<String, String> headers = new HashMap<>();
        int line = lineEnd(all, 0);
        String target = new String(all, 0, line, StandardCharsets.ISO_8859_1).split(" ", 3)[1];
        for (int from = line + 2; from < end - 2; from = line + 2) {
            line = lineEnd(all, from);
            int colon = from;
            while (all[colon] != ':') {
                colon++;
            }
            headers.put(
                    new String(all, from, colon - from, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT),
                    new String(all, colon + 1, line - colon - 1, StandardCharsets.ISO_8859_1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        if (headers.containsKey("transfer-encoding")) {
            throw new IllegalStateException("a request in chunks");
        }
        if (all.length < end + length) {
            pending = all;
            return;
        }
        if (all.length > end + length) {
            throw new IllegalStateException("a second request before the first was answered");
        }
        pending = NONE;
        requests.accept(Request.of(target, headers, Arrays.copyOfRange(all, end, end + length), sent));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static int lineEnd(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] != '\r') {
            at++;
        }
        return at;
    }

    private static int end(byte[] bytes) {
        for (int i = 3; i < bytes.length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }
}

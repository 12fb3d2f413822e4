package dev.understudy.simulation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Reads the requests of one connection, HTTP/1.1 with a length. */
final class HttpReceiver {

    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private final Consumer<Request> requests;

    HttpReceiver(Consumer<Request> requests) {
        this.requests = requests;
    }

    void received(byte[] bytes, long sent) {
        pending.writeBytes(bytes);
        byte[] all = pending.toByteArray();
        int end = end(all);
        if (end < 0) {
            return;
        }
        String[] lines = new String(all, 0, end, StandardCharsets.ISO_8859_1).split("\r\n");
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        if (headers.containsKey("transfer-encoding")) {
            throw new IllegalStateException("a request in chunks");
        }
        if (all.length < end + length) {
            return;
        }
        if (all.length > end + length) {
            throw new IllegalStateException("a second request before the first was answered");
        }
        byte[] body = java.util.Arrays.copyOfRange(all, end, end + length);
        pending.reset();
        requests.accept(Request.of(lines[0].split(" ")[1], headers, body, sent));
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

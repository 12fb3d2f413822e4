package dev.understudy.gateway;

import java.util.List;
import java.util.Random;

/** The abusive clients of {@link AbuseTest}. */
final class AbuseKinds {

    /** Key of clients whose requests are invalid. */
    static final String KEY = "invalid-requests-key";

    static final List<String> KEYS = List.of(KEY, "slow-key", "huge-key");
    static final int SLOW_READERS = 100;

    private static final String CALL =
            "POST /v1/chat/completions HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\n";

    private static final int BODY = 15 << 20;

    private AbuseKinds() {}

    /** Returns clients that ask for a long stream and read a byte in a turn. */
    static List<AbusiveClients.Kind> slowReaders() {
        String ask = GatewayClient.body("large", true);
        return List.of(kind("slow reader", SLOW_READERS, SLOW_READERS, sized(known(KEYS.get(1)), ask.length()) + ask)
                .reading(1));
    }

    /** Returns clients that send no request. */
    static List<AbusiveClients.Kind> waiting() {
        return List.of(
                kind("idle", 1_200, 1_200, ""),
                kind("slow head", 40, 80, CALL + "x-slow: ").withBody(1_000).sending(1));
    }

    /** Returns slow, huge, malformed and unauthenticated clients, with a token and without one. */
    static List<AbusiveClients.Kind> others() {
        String known = known(KEY);
        String last = known + "connection: close\r\n";
        String slow = known(KEYS.get(1));
        String huge = known(KEYS.get(2));
        String wrong = CALL + "authorization: Bearer wrong\r\n";
        String get = "GET /healthz HTTP/1.1\r\nhost: h\r\n";
        String text = GatewayClient.body("m", false);
        String large = "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
                + "x".repeat(10 << 20) + "\"}]}";
        return List.of(
                kind("slow body", 30, 30, sized(slow, 100_000))
                        .withBody(100_000)
                        .sending(1),
                kind("huge, wrong token", 11, 60, sized(wrong, BODY)).withBody(BODY),
                kind("huge, to a health route", 5, 20, sized(get, BODY)).withBody(BODY),
                kind("huge, announced", 2, 20, sized(huge, 99_000_000)).withBody(1_000_000),
                kind("huge, in chunks", 2, 8, huge + "transfer-encoding: chunked\r\n\r\n4000000\r\n")
                        .withBody(0x4000000),
                kind(
                        "chunks of a byte",
                        4,
                        4,
                        huge + "transfer-encoding: chunked\r\n\r\n" + "1\r\nx\r\n".repeat(2 << 20)),
                kind("huge, valid", 8, 16, sized(huge, large.length()) + large),
                kind("wrong token", 10, 300, sized(wrong, text.length()) + text),
                kind("wrong token, reads nothing", 40, 80, sized(wrong, BODY))
                        .withBody(BODY)
                        .reading(0),
                kind("no JSON", 4, 200, sized(last, 5) + "{\"a\":"),
                kind("nested", 2, 20, sized(last, 200_000) + "[".repeat(200_000)),
                kind("no HTTP", 4, 60, random(3_000) + "\r\n\r\n"),
                kind("TLS", 4, 40, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003" + random(500)),
                kind("long line", 2, 20, "GET /" + "x".repeat(100_000) + " HTTP/1.1\r\n\r\n"),
                kind("long head", 2, 20, CALL + "x-long: " + "x".repeat(100_000) + "\r\n\r\n"),
                kind("bad chunk", 2, 20, known + "transfer-encoding: chunked\r\n\r\nzz\r\n"),
                kind("two lengths", 2, 20, known + "content-length: 3\r\ncontent-length: 4\r\n\r\nabcd"));
    }

    private static String known(String key) {
        return CALL + "authorization: Bearer " + key + "\r\n";
    }

    private static AbusiveClients.Kind kind(String name, int clients, int connections, String head) {
        return AbusiveClients.Kind.of(name, clients, connections, head);
    }

    private static String sized(String head, long length) {
        return head + "content-length: " + length + "\r\n\r\n";
    }

    private static String random(int size) {
        Random random = new Random(size);
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < size; i++) {
            bytes.append((char) random.nextInt(256));
        }
        return bytes.toString();
    }
}

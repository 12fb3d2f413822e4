package dev.understudy.gateway;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** Id of a request: the one that the client sent, or a new one. */
final class RequestId {

    static final String HEADER = "x-request-id";

    private static final Pattern USABLE = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private RequestId() {}

    /** Returns the id of a request with these header fields. */
    static String of(HttpHeaders headers) {
        String sent = headers.get(HEADER);
        return sent != null && USABLE.matcher(sent).matches() ? sent : random();
    }

    private static String random() {
        // UUID.randomUUID reads the system's entropy device, which blocks an event loop
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return "req_" + HexFormat.of().toHexDigits(random.nextLong())
                + HexFormat.of().toHexDigits(random.nextLong());
    }
}

package dev.understudy.provider.http;

import dev.understudy.chat.VendorMetadata;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Header fields of the response to one request that are reported to the caller: ids of the request, rate limits, region
 * and processing time. One instance for each request. Thread-safe.
 */
final class ResponseFields {

    /** Longest value that is kept. */
    static final int MAX_VALUE = 256;

    /** Most fields that are kept. */
    static final int MAX_FIELDS = 32;

    private static final String CF_RAY = "cf-ray";

    private static final Set<String> NAMES =
            Set.of("openai-processing-ms", "openai-version", "x-ms-region", CF_RAY, "num_tokens");

    /** First letters of all names that are looked for. */
    private static final String FIRST_LETTERS = "xoanrmc";

    private final Consumer<Duration> bucketListener;
    private volatile Map<String, String> fields = Map.of();

    /** @param bucketListener receives the time until an empty bucket of the key fills again */
    ResponseFields(Consumer<Duration> bucketListener) {
        this.bucketListener = bucketListener;
    }

    Consumer<Duration> bucketListener() {
        return bucketListener;
    }

    /** Keeps the fields that are reported; returns true if the server tells the state of its rate limits. */
    boolean received(HttpHeaders headers) {
        Map<String, String> kept = null;
        boolean limits = false;
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = all.next();
            if (!mayBeReported(header.getKey())) {
                continue;
            }
            String name = header.getKey().toString().toLowerCase(Locale.ROOT);
            limits |= RateLimitHeaders.isOne(name);
            String value = header.getValue().toString();
            if (isReported(name) && value.length() <= MAX_VALUE) {
                kept = kept == null ? new TreeMap<>() : kept;
                if (kept.size() < MAX_FIELDS) {
                    kept.putIfAbsent(name, value);
                }
            }
        }
        fields = kept == null ? Map.of() : kept;
        return limits;
    }

    /** Returns false for names such as Content-Type and Date, which most responses have. */
    private static boolean mayBeReported(CharSequence name) {
        char first = name.length() == 0 ? ' ' : (char) (name.charAt(0) | 0x20);
        return FIRST_LETTERS.indexOf(first) >= 0 && !(first == 'c' && name.length() != CF_RAY.length());
    }

    private static boolean isReported(String name) {
        return VendorMetadata.REQUEST_IDS.contains(name)
                || NAMES.contains(name)
                || name.startsWith("x-ratelimit-")
                || name.startsWith("anthropic-ratelimit-");
    }

    /** Returns the metadata with the fields of the response. */
    VendorMetadata in(VendorMetadata metadata) {
        return fields.isEmpty() ? metadata : metadata.withHeaders(fields);
    }
}

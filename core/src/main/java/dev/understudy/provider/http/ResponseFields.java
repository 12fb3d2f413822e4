package dev.understudy.provider.http;

import dev.understudy.chat.VendorMetadata;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
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

    private static final Set<String> NAMES =
            Set.of("openai-processing-ms", "openai-version", "x-ms-region", "cf-ray", "num_tokens");

    private final Consumer<Duration> bucketListener;
    private volatile Map<String, String> fields = Map.of();

    /** @param bucketListener receives the time until an empty bucket of the key fills again */
    ResponseFields(Consumer<Duration> bucketListener) {
        this.bucketListener = bucketListener;
    }

    Consumer<Duration> bucketListener() {
        return bucketListener;
    }

    void received(HttpHeaders headers) {
        Map<String, String> kept = new TreeMap<>();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (isReported(name) && header.getValue().length() <= MAX_VALUE && kept.size() < MAX_FIELDS) {
                kept.putIfAbsent(name, header.getValue());
            }
        }
        fields = kept;
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

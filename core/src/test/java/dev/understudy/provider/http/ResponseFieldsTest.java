package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.VendorMetadata;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Header fields of responses that are reported, and those that tell of rate limits. */
class ResponseFieldsTest {

    private final ResponseFields fields = new ResponseFields(wait -> {});
    private final HttpHeaders headers = new DefaultHttpHeaders()
            .set("Content-Type", "application/json")
            .set("Date", "Tue, 01 Dec 2026 13:00:00 GMT")
            .set("cf-cache-status", "DYNAMIC")
            .set("x-frame-options", "DENY");

    static List<String> requestIds() {
        return VendorMetadata.REQUEST_IDS;
    }

    @ParameterizedTest
    @MethodSource("requestIds")
    @ValueSource(
            strings = {
                "OpenAI-Processing-MS",
                "openai-version",
                "x-ms-region",
                "CF-RAY",
                "num_tokens",
                "X-RateLimit-Limit-Requests",
                "anthropic-ratelimit-tokens-reset"
            })
    void fieldIsReportedWhateverItsCase(String name) {
        fields.received(headers.set(name, "value"));
        assertThat(fields.in(VendorMetadata.none()).headers()).containsOnlyKeys(name.toLowerCase(Locale.ROOT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-RateLimit-Remaining-Tokens",
                "anthropic-ratelimit-requests-remaining",
                "RateLimit-Remaining",
                "ratelimitbysize-remaining"
            })
    void fieldTellsOfRateLimits(String name) {
        assertThat(fields.received(headers)).isFalse();
        assertThat(fields.received(headers.set(name, "0"))).isTrue();
    }

    @Test
    void longValueIsNotReported() {
        fields.received(headers.set("x-request-id", "1".repeat(ResponseFields.MAX_VALUE + 1)));
        assertThat(fields.in(VendorMetadata.none())).isEqualTo(VendorMetadata.none());
    }
}

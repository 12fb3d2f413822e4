package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.error.CallerText;
import dev.understudy.provider.error.VendorText;
import dev.understudy.provider.framing.BodyInflater;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClientResponse;

/** Checks the status, encoding and rate limit headers of responses, and turns unsuccessful ones into failures. */
record ResponseChecks(Dialect dialect, Duration drain) {

    private static final int MAX_ERROR_BODY = 64 << 10;
    private static final byte[] NOTHING = new byte[0];

    /**
     * Reads the body of an unsuccessful response and fails with the classified error.
     *
     * @param caller text of the request, which is no evidence in an error
     * @param bucketListener receives the time until an empty bucket of the key fills again
     */
    <T> Flux<T> failure(
            HttpClientResponse response, ByteBufFlux content, CallerText caller, Consumer<Duration> bucketListener) {
        int status = response.status().code();
        return BoundedBody.upTo(content, MAX_ERROR_BODY, drain)
                .map(body -> inflated(body, response))
                .flatMapMany(body -> Flux.error(VendorText.in(
                        body,
                        new CallFailed(
                                status >= 300 && status < 400
                                        ? Failure.of(FailureKind.PROTOCOL, "a redirect, which is not followed")
                                                .withStatus(status, null)
                                        : limited(
                                                        dialect.failure(status, field(response), body, caller),
                                                        response,
                                                        bucketListener)
                                                .withPhase(Failure.Phase.HEADERS)))));
    }

    /** Adds the wait for the empty bucket to a rate limit without a time. */
    private static Failure limited(Failure failure, HttpClientResponse response, Consumer<Duration> bucketListener) {
        if (failure.kind() != FailureKind.RATE_LIMITED) {
            reportEmptyBucket(response, bucketListener);
            return failure;
        }
        return failure.retryAfter() != null ? failure : failure.withRetryAfter(empty(response));
    }

    static void reportEmptyBucket(HttpClientResponse response, Consumer<Duration> bucketListener) {
        Duration wait = empty(response);
        if (wait != null) {
            bucketListener.accept(wait);
        }
    }

    private static @Nullable Duration empty(HttpClientResponse response) {
        return RateLimitHeaders.untilSome(
                field(response), Instant.ofEpochMilli(Schedulers.parallel().now(TimeUnit.MILLISECONDS)));
    }

    private static Function<String, @Nullable String> field(HttpClientResponse response) {
        return name -> response.responseHeaders().get(name);
    }

    static boolean isOk(HttpClientResponse response) {
        int status = response.status().code();
        return status >= 200 && status < 300;
    }

    /** Value of the header field Content-Encoding; null without it. */
    static @Nullable String encoding(HttpClientResponse response) {
        return response.responseHeaders().get(HttpHeaderNames.CONTENT_ENCODING);
    }

    /** Decompresses the body of an error, as far as that is possible. */
    private static byte[] inflated(byte[] body, HttpClientResponse response) {
        try {
            return BodyInflater.whole(body, encoding(response), MAX_ERROR_BODY, true);
        } catch (CallFailed unreadable) {
            return NOTHING;
        }
    }
}

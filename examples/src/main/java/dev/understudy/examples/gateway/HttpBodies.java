package dev.understudy.examples.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Writes responses. */
final class HttpBodies {

    private HttpBodies() {}

    /** Handles a request with its body. */
    @FunctionalInterface
    interface Route {
        Publisher<Void> answer(byte[] body, HttpServerRequest request, HttpServerResponse response);
    }

    static Mono<Void> json(HttpServerResponse response, int status, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return response.status(status)
                .header(HttpHeaderNames.CONTENT_TYPE, "application/json; charset=utf-8")
                .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(bytes.length))
                .sendByteArray(Mono.just(bytes))
                .then();
    }

    static Mono<Void> problem(HttpServerResponse response, Throwable error) {
        OpenAiError openAiError = OpenAiError.of(error);
        Duration wait = openAiError.retryAfter();
        if (wait != null) {
            response.header(
                    HttpHeaderNames.RETRY_AFTER,
                    Long.toString(wait.plusMillis(999).toSeconds()));
        }
        if (!openAiError.isWorthRepeating()) {
            response.header("x-should-retry", "false");
        }
        return json(response, openAiError.status(), openAiError.json());
    }

    /** Replaces characters that a header cannot carry. */
    static String printable(String value) {
        return value.replaceAll("[^\\x20-\\x7e]", "?");
    }
}

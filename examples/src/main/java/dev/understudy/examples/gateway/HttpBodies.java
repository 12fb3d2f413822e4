package dev.understudy.examples.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Reads request bodies and writes responses. */
final class HttpBodies {

    /** Limit of a body, enough for a few images. */
    static final int MOST = 16 << 20;

    private HttpBodies() {}

    /** Handles a request with its body. */
    @FunctionalInterface
    interface Route {
        Publisher<Void> answer(byte[] body, HttpServerRequest request, HttpServerResponse response);
    }

    /**
     * Answers only after the end of the request. reactor-netty stops reading a connection when a pipelined request
     * arrives while the previous response is being completed on another thread, if that response began before the end
     * of its request was read.
     */
    static BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> route(Route route) {
        return (request, response) -> read(request)
                .flatMap(body -> Mono.from(route.answer(body, request, response)))
                .onErrorResume(error -> response.hasSentHeaders() ? Mono.error(error) : problem(response, error));
    }

    /** Reads the whole body; a body over the limit is refused without buffering it. */
    private static Mono<byte[]> read(HttpServerRequest request) {
        return request.receive()
                .collect(ByteArrayOutputStream::new, HttpBodies::add)
                .map(ByteArrayOutputStream::toByteArray);
    }

    private static void add(ByteArrayOutputStream body, ByteBuf piece) {
        if (body.size() + piece.readableBytes() > MOST) {
            throw BadRequest.request(413, "too_large", "A request may have " + (MOST >> 20) + " MiB");
        }
        byte[] bytes = new byte[piece.readableBytes()];
        piece.readBytes(bytes);
        body.writeBytes(bytes);
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

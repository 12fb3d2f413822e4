package dev.understudy.gateway;

import dev.understudy.gateway.messages.MessagesError;
import dev.understudy.gateway.protocol.CallError;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerInfos;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Writes responses. */
final class HttpBodies {

    private HttpBodies() {}

    /** Share of a request in the limits. */
    enum Use {
        /** A request that is answered at once. */
        NOTHING,
        /** A reader of a stream: a place among the calls in flight, and nothing of its key's limits. */
        CONNECTION,
        /** A call, which counts in the limits of its key. */
        CALL
    }

    /** Handles a request with its body. */
    @FunctionalInterface
    interface Route {
        Publisher<Void> answer(byte[] body, HttpServerRequest request, HttpServerResponse response);

        /** Returns the share of a request of a client. */
        default Use use(HttpServerRequest request) {
            return request.method().equals(HttpMethod.POST) ? Use.CALL : Use.NOTHING;
        }
    }

    static Mono<Void> json(HttpServerResponse response, int status, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return headed(response, status, bytes).sendByteArray(Mono.just(bytes)).then();
    }

    private static HttpServerResponse headed(HttpServerResponse response, int status, byte[] bytes) {
        return response.status(status)
                .header(HttpHeaderNames.CONTENT_TYPE, "application/json; charset=utf-8")
                .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(bytes.length));
    }

    static Mono<Void> problem(HttpServerResponse response, Throwable error) {
        CallError callError = withHeaders(response, error);
        return json(response, status(response, callError), body(response, callError));
    }

    /**
     * Writes a problem whose connection is closed at the end of the handler, not with the last byte of the response: closing
     * while the client still sends would reset the connection, and the client would not see the response.
     */
    static Mono<Void> lastProblem(HttpServerResponse response, Throwable error) {
        CallError callError = withHeaders(response, error);
        byte[] bytes = body(response, callError).getBytes(StandardCharsets.UTF_8);
        response.keepAlive(false);
        // reactor-netty writes a single known value as one message with the end of the response, which closes the
        // connection.
        return headed(response, status(response, callError), bytes)
                .sendByteArray(Flux.just(bytes).hide())
                .then();
    }

    /** An error has the form of the API that the client speaks. */
    private static boolean isOfMessages(HttpServerResponse response) {
        return path(response).startsWith("v1/messages");
    }

    /** Returns the path without its first slash and without a query; as it was sent if it has invalid escapes. */
    static String path(HttpServerInfos infos) {
        try {
            return infos.path();
        } catch (IllegalArgumentException invalid) {
            return infos.uri().replaceFirst("^/", "").replaceFirst("\\?.*", "");
        }
    }

    private static int status(HttpServerResponse response, CallError error) {
        return isOfMessages(response) ? MessagesError.status(error) : error.status();
    }

    private static String body(HttpServerResponse response, CallError error) {
        return isOfMessages(response) ? MessagesError.body(error, null).toString() : error.json();
    }

    private static CallError withHeaders(HttpServerResponse response, Throwable error) {
        CallError callError = CallError.of(error);
        Duration wait = callError.retryAfter();
        if (wait != null) {
            response.header(
                    HttpHeaderNames.RETRY_AFTER,
                    Long.toString(wait.plusMillis(999).toSeconds()));
        }
        if (!callError.isWorthRepeating()) {
            response.header("x-should-retry", "false");
        }
        return callError;
    }

    /** Replaces characters that a header cannot carry. */
    static String printable(String value) {
        return value.replaceAll("[^\\x20-\\x7e]", "?");
    }
}

package dev.understudy.testing;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** HTTP client without a provider, with few connections of its own. */
final class RawClient implements AutoCloseable {

    static final Duration SOON = Duration.ofSeconds(30);
    static final String CHAT = "/v1/chat/completions";
    static final String MESSAGES = "/v1/messages";

    private final ConnectionProvider pool;
    private final HttpClient client;

    RawClient(ScriptedServer server) {
        this(server, HttpProtocol.HTTP11);
    }

    RawClient(ScriptedServer server, HttpProtocol protocol) {
        this(server, protocol, 1);
    }

    RawClient(ScriptedServer server, HttpProtocol protocol, int connections) {
        pool = ConnectionProvider.create("raw-client", connections);
        client = HttpClient.create(pool).disableRetry(true).protocol(protocol).baseUrl(server.url(""));
    }

    /** A received response, and the error that ended it. */
    record Received(
            int status,
            @Nullable HttpHeaders headers,
            String body,
            int bytes,
            @Nullable Throwable error) {
        String header(String name) {
            String value = headers == null ? null : headers.get(name);
            return value == null ? "" : value;
        }

        /** The events of a stream, without the blank lines between them. */
        List<String> events() {
            return List.of(body.split("\n\n"));
        }
    }

    static String ask(boolean stream) {
        return "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":" + stream
                + ",\"stream_options\":{\"include_usage\":true}}";
    }

    HttpClient http() {
        return client;
    }

    Received stream(String path) {
        return post(path, ask(true));
    }

    Received whole(String path) {
        return post(path, ask(false));
    }

    Received post(String path, String body) {
        List<byte[]> pieces = new ArrayList<>();
        HttpHeaders[] headers = new HttpHeaders[1];
        int[] status = new int[1];
        Throwable error = pieces(path, body, headers, status)
                .doOnNext(pieces::add)
                .then(Mono.<Throwable>empty())
                .onErrorResume(Mono::just)
                .block(SOON);
        int length = pieces.stream().mapToInt(piece -> piece.length).sum();
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        pieces.forEach(all::writeBytes);
        return new Received(status[0], headers[0], all.toString(StandardCharsets.UTF_8), length, error);
    }

    private Flux<byte[]> pieces(String path, String body, HttpHeaders[] headers, int[] status) {
        return request(path, body).response((response, bytes) -> {
            headers[0] = response.responseHeaders();
            status[0] = response.status().code();
            return bytes.asByteArray();
        });
    }

    /** The pieces as they arrive. */
    Flux<String> pieces(String path) {
        return request(path, ask(true)).responseContent().asString();
    }

    private HttpClient.ResponseReceiver<?> request(String path, String body) {
        return client.headers(headers ->
                        headers.set("content-type", "application/json").set("authorization", "Bearer k1"))
                .post()
                .uri(path)
                .send((request, out) -> out.sendString(Mono.just(body)));
    }

    @Override
    public void close() {
        pool.disposeLater().block(SOON);
    }
}

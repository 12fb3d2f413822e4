package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.Endpoint;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/**
 * Requests to one endpoint, with header fields, key and signature. Nothing is sent before the response is subscribed
 * to.
 */
final class HttpRequests {

    private static final byte[] NOTHING = new byte[0];

    private final Endpoint endpoint;
    private final Dialect dialect;
    private final Endpoint.@Nullable Signer signer;
    private final Supplier<HttpClient> client;

    HttpRequests(Endpoint endpoint, Dialect dialect, Endpoint.@Nullable Signer signer, Supplier<HttpClient> client) {
        this.endpoint = endpoint;
        this.dialect = dialect;
        this.signer = signer;
        this.client = client;
    }

    /**
     * @param path relative to the base URL
     * @param progress receives the connection that is used
     */
    HttpClient.ResponseReceiver<?> get(String path, KeyRing.Lease lease, String accept, RequestProgress progress) {
        String uri = endpoint.baseUrl() + path;
        HttpClient ready = client.get()
                .headers(headers -> fill(headers, lease, accept))
                .doOnRequest((request, connection) -> progress.sentOn(connection));
        return signed(ready, "GET", uri, () -> NOTHING).get().uri(target(uri, path));
    }

    /**
     * @param body JSON, read each time the request is written
     * @param options options of the request, with its own header fields
     * @param progress receives the connection that is used
     */
    HttpClient.ResponseReceiver<?> post(
            EncodedBody body,
            ChatRequest.Options options,
            String path,
            KeyRing.Lease lease,
            String accept,
            RequestProgress progress) {
        String uri = endpoint.baseUrl() + path;
        HttpClient ready = client.get().headers(headers -> {
            options.headers().forEach(headers::set);
            if (options.idempotencyKey() != null) {
                headers.set("idempotency-key", options.idempotencyKey());
            }
            fill(headers, lease, accept);
            headers.set("content-type", "application/json");
        });
        return signed(ready, "POST", uri, body::bytes)
                .request(HttpMethod.POST)
                .uri(target(uri, path))
                .send((request, outbound) -> outbound.withConnection(progress::sentOn)
                        .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body.bytes()))));
    }

    /** Returns the URL; at a Unix domain socket its path, because the host of a URL would be connected to. */
    private String target(String uri, String path) {
        return endpoint.transport().network().unixSocket() == null
                ? uri
                : endpoint.baseUrl().getRawPath() + path;
    }

    private void fill(HttpHeaders headers, KeyRing.Lease lease, String accept) {
        if (endpoint.transport().network().unixSocket() != null) {
            headers.set("host", endpoint.baseUrl().getRawAuthority());
        }
        headers.set("accept", accept);
        headers.set("accept-encoding", "identity");
        headers.set("user-agent", "understudy");
        dialect.headers(headers::set);
        endpoint.headers().forEach(headers::set);
        if (lease.key() != null) {
            dialect.authorize(lease.key(), headers::set);
        }
    }

    private HttpClient signed(HttpClient ready, String method, String uri, Supplier<byte[]> body) {
        Endpoint.Signer with = signer;
        return with == null
                ? ready
                : ready.headersWhen(headers -> Mono.defer(
                                () -> with.sign(method, URI.create(uri), byLowerCaseName(headers), body.get()))
                        .onErrorMap(HttpRequests::unsigned)
                        .map(fields -> {
                            fields.forEach(headers::set);
                            return headers;
                        }));
    }

    private static CallFailed unsigned(Throwable error) {
        return new CallFailed(Failure.of(
                FailureKind.AUTH,
                "the request could not be signed: " + error.getClass().getSimpleName()));
    }

    private static Map<String, String> byLowerCaseName(HttpHeaders headers) {
        Map<String, String> fields = new TreeMap<>();
        headers.forEach(field -> fields.put(field.getKey().toLowerCase(Locale.ROOT), field.getValue()));
        return fields;
    }
}

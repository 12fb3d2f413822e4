package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Secret;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/**
 * Requests to one endpoint, with header fields, key and signature. Nothing is sent before the response is subscribed
 * to.
 */
final class HttpRequests {

    private static final byte[] NOTHING = new byte[0];

    /** Publishers that are kept, a power of two: a model and a key share one with others of an equal hash, and replace it. */
    private static final int SLOTS = 16;

    private final Endpoint endpoint;
    private final Dialect dialect;
    private final Endpoint.@Nullable Signer signer;
    private final Supplier<HttpClient> client;
    private final String host;

    /** Length of scheme and authority of the base URL. */
    private final int origin;

    private final AtomicReferenceArray<@Nullable Prepared> prepared = new AtomicReferenceArray<>(SLOTS);

    HttpRequests(Endpoint endpoint, Dialect dialect, Endpoint.@Nullable Signer signer, Supplier<HttpClient> client) {
        this.endpoint = endpoint;
        this.dialect = dialect;
        this.signer = signer;
        this.client = client;
        URI baseUrl = endpoint.baseUrl();
        this.host = endpoint.transport().network().unixSocket() == null
                ? NetworkRoute.host(baseUrl)
                : baseUrl.getRawAuthority();
        this.origin = baseUrl.getScheme().length()
                + "://".length()
                + baseUrl.getRawAuthority().length();
    }

    /**
     * @param path relative to the base URL
     * @param progress receives the connection that is used
     */
    <T> Flux<T> get(
            String path,
            KeyRing.Lease lease,
            String accept,
            RequestProgress progress,
            RequestProgress.ResponseReader<T> reader) {
        progress.prepare(null, reader);
        String uri = endpoint.baseUrl() + path;
        HttpClient ready = client.get()
                .headers(headers -> fill(headers, lease, accept))
                .doOnRequest((request, connection) -> progress.sentOn(connection));
        return typed(read(signed(ready, "GET", uri, () -> NOTHING).get().uri(target(uri))));
    }

    /**
     * @param body JSON, read each time the request is written
     * @param options options of the request, with its own header fields
     * @param progress part of the Context of the subscriber; receives the connection that is used
     */
    <T> Flux<T> post(
            EncodedBody body,
            ChatRequest.Options options,
            String path,
            KeyRing.Lease lease,
            String accept,
            RequestProgress progress,
            RequestProgress.ResponseReader<T> reader) {
        progress.prepare(body, reader);
        boolean plain = signer == null && options.headers().isEmpty() && options.idempotencyKey() == null;
        return typed(
                plain
                        ? prepared(path, lease, accept)
                        : sent(sender(client.get(), body::bytes, options, path, lease, accept)));
    }

    /** Sends the body of each subscriber's request and reads as that request wants, so that requests can share a publisher. */
    private static Flux<?> sent(HttpClient.RequestSender sender) {
        return read(sender.send((request, outbound) ->
                RequestProgress.of(request.currentContextView()).write(outbound)));
    }

    private static Flux<?> read(HttpClient.ResponseReceiver<?> receiver) {
        return receiver.responseConnection((response, connection) ->
                RequestProgress.of(response.currentContextView()).read(response, connection));
    }

    @SuppressWarnings("unchecked") // the reader of a subscriber's request emits what the subscriber expects
    private static <T> Flux<T> typed(Flux<?> answers) {
        return (Flux<T>) answers;
    }

    private HttpClient.RequestSender sender(
            HttpClient from,
            Supplier<byte[]> body,
            ChatRequest.Options options,
            String path,
            KeyRing.Lease lease,
            String accept) {
        String uri = endpoint.baseUrl() + path;
        HttpClient ready = from.headers(headers -> {
            options.headers().forEach(headers::set);
            if (options.idempotencyKey() != null) {
                headers.set("idempotency-key", options.idempotencyKey());
            }
            fill(headers, lease, accept);
            headers.set("content-type", "application/json");
        });
        return signed(ready, "POST", uri, body).request(HttpMethod.POST).uri(target(uri));
    }

    /** Returns requests without header fields of their own, which depend on client, path and key only. */
    @SuppressWarnings("ReferenceEquality") // a client and a key are the same object while they are in use
    private Flux<?> prepared(String path, KeyRing.Lease lease, String accept) {
        HttpClient current = client.get();
        int slot = (path.hashCode() * 31 + accept.hashCode() + lease.index()) & (SLOTS - 1);
        Prepared known = prepared.get(slot);
        if (known == null
                || known.client != current
                || known.key != lease.key()
                || !known.accept.equals(accept)
                || !known.path.equals(path)) {
            HttpClient.RequestSender sender =
                    sender(current, () -> NOTHING, ChatRequest.Options.defaults(), path, lease, accept);
            known = new Prepared(current, path, lease.key(), accept, sent(sender));
            prepared.set(slot, known);
        }
        return known.answers;
    }

    /**
     * Requests and what they were made of.
     *
     * @param client client with the connections
     * @param path path relative to the base URL
     * @param key key of the endpoint, null without one
     * @param accept media type of the answer
     * @param answers sends the request of each subscriber, without header fields of its own
     */
    private record Prepared(
            HttpClient client, String path, @Nullable Secret key, String accept, Flux<?> answers) {}

    /** Returns path and query of a URL: the client knows the address, and the header field Host is set. */
    private String target(String uri) {
        String target = uri.substring(origin);
        return target.startsWith("/") ? target : "/" + target;
    }

    private void fill(HttpHeaders headers, KeyRing.Lease lease, String accept) {
        headers.set("host", host);
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
        fields.remove("host"); // part of the URL
        return fields;
    }
}

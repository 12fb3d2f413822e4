package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Secret;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
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

    /** Senders that are kept, a power of two: a model and a key share one with others of an equal hash, and replace it. */
    private static final int SLOTS = 16;

    private final Endpoint endpoint;
    private final Dialect dialect;
    private final Endpoint.@Nullable Signer signer;
    private final Supplier<HttpClient> client;
    private final AtomicReferenceArray<@Nullable Prepared> prepared = new AtomicReferenceArray<>(SLOTS);

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
        boolean plain = signer == null && options.headers().isEmpty() && options.idempotencyKey() == null;
        HttpClient.RequestSender sender =
                plain ? prepared(path, lease, accept) : sender(client.get(), body::bytes, options, path, lease, accept);
        return sender.send((request, outbound) -> outbound.withConnection(progress::sentOn)
                .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body.bytes()))));
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
        HttpClient.RequestSender sender = signed(ready, "POST", uri, body).request(HttpMethod.POST);
        URI parsed = parsed(target(uri, path));
        return parsed == null ? sender.uri(target(uri, path)) : sender.uri(parsed);
    }

    /** Returns a URL that needs no further parsing when a request is sent; null for a path and for what is no URI. */
    private static @Nullable URI parsed(String target) {
        try {
            URI uri = new URI(target);
            return uri.isAbsolute() && uri.getHost() != null ? uri : null;
        } catch (URISyntaxException lenient) {
            return null;
        }
    }

    /** Returns a sender of requests without header fields of their own, which depends on client, path and key only. */
    @SuppressWarnings("ReferenceEquality") // a client and a key are the same object while they are in use
    private HttpClient.RequestSender prepared(String path, KeyRing.Lease lease, String accept) {
        HttpClient current = client.get();
        int slot = (path.hashCode() * 31 + accept.hashCode() + lease.index()) & (SLOTS - 1);
        Prepared known = prepared.get(slot);
        if (known != null
                && known.client == current
                && known.key == lease.key()
                && known.accept.equals(accept)
                && known.path.equals(path)) {
            return known.sender;
        }
        HttpClient.RequestSender sender =
                sender(current, () -> NOTHING, ChatRequest.Options.defaults(), path, lease, accept);
        prepared.set(slot, new Prepared(current, path, lease.key(), accept, sender));
        return sender;
    }

    /**
     * A sender and what it was made of.
     *
     * @param client client with the connections
     * @param path path relative to the base URL
     * @param key key of the endpoint, null without one
     * @param accept media type of the answer
     * @param sender sends requests without header fields of their own
     */
    private record Prepared(
            HttpClient client, String path, @Nullable Secret key, String accept, HttpClient.RequestSender sender) {}

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

package dev.understudy.provider.endpoint;

import java.net.URI;
import java.util.Map;
import reactor.core.publisher.Mono;

/**
 * Signs requests of a vendor for whom a key alone is not enough: AWS with its Signature Version 4, for one. What it
 * answers is added to the request as it is. It is asked anew for each request and must not block; credentials that have
 * to be fetched are part of its {@link Mono}. An error of it fails the attempt as {@link
 * dev.understudy.chat.FailureKind#AUTH}; nothing of its message is shown.
 */
@FunctionalInterface
public interface Signer {

    /**
     * @param method {@code "POST"} or {@code "GET"}
     * @param uri as it will be sent; the request's {@code Host} is the one it names
     * @param headers the fields that will be sent, by lower-case name, {@code Host} and {@code Content-Length} aside
     * @param body the bytes that will be sent; not to be changed
     * @return the header fields to add: {@code Authorization}, {@code X-Amz-Date} and so on
     */
    Mono<Map<String, String>> sign(String method, URI uri, Map<String, String> headers, byte[] body);
}

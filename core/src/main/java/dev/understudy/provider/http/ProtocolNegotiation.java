package dev.understudy.provider.http;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The protocol of a server that may speak HTTP/2 or HTTP/1.1. The first request finds it out; requests that come meanwhile wait
 * for it, so that they share the connection over HTTP/2, and open connections of their own at once over HTTP/1.1.
 */
final class ProtocolNegotiation {

    private final AtomicReference<Sinks.@Nullable Empty<Void>> first = new AtomicReference<>();
    private volatile @Nullable Boolean http2;

    /**
     * Lets a request pass.
     *
     * @return null when the protocol is known, or when this request is the one that finds it out and must call
     *     {@link #ended} at its end; else completes when it is worth asking again
     */
    @Nullable
    Mono<Void> pass() {
        if (http2 != null) {
            return null;
        }
        Sinks.Empty<Void> other = first.compareAndExchange(null, Sinks.empty());
        return other == null || http2 != null ? null : other.asMono();
    }

    /** Notes what a connection speaks. */
    void known(boolean http2) {
        this.http2 = http2;
        ended();
    }

    /** Notes the end of a request that passed, whatever came of it. */
    void ended() {
        if (first.get() != null) {
            Sinks.Empty<Void> waiting = first.getAndSet(null);
            if (waiting != null) {
                waiting.tryEmitEmpty();
            }
        }
    }

    /** Tests whether the server is known to speak HTTP/1.1 only. */
    boolean isHttp1() {
        return Boolean.FALSE.equals(http2);
    }
}

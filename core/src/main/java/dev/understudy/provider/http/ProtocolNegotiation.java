package dev.understudy.provider.http;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Protocol of a server that may speak HTTP/2 or HTTP/1.1. The first request finds out; concurrent ones wait for it,
 * so that they share the connection over HTTP/2, and open connections of their own at once over HTTP/1.1.
 * Thread-safe.
 */
final class ProtocolNegotiation {

    private final AtomicReference<Sinks.@Nullable Empty<Void>> first = new AtomicReference<>();
    private volatile @Nullable Boolean http2;

    /**
     * Lets a request pass.
     *
     * @return null if the protocol is known, or if this request is the one that finds out and must call {@link
     *     #ended} at its end; else a Mono that completes when passing should be tried again
     */
    @Nullable
    Mono<Void> pass() {
        if (http2 != null) {
            return null;
        }
        Sinks.Empty<Void> other = first.compareAndExchange(null, Sinks.empty());
        return other == null || http2 != null ? null : other.asMono();
    }

    /** Records the protocol of a connection. */
    void known(boolean http2) {
        this.http2 = http2;
        ended();
    }

    /** Records the end of a request that was let pass, successful or not. */
    void ended() {
        if (first.get() != null) {
            Sinks.Empty<Void> waiting = first.getAndSet(null);
            if (waiting != null) {
                waiting.tryEmitEmpty();
            }
        }
    }

    /** Returns true if the server is known to speak HTTP/1.1 only. */
    boolean isHttp1() {
        return Boolean.FALSE.equals(http2);
    }
}

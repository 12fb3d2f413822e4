package dev.understudy.gateway;

import dev.understudy.gateway.key.ClientKey;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Place of a request among the calls in flight and in the limit of its key. The generation of a stream that is kept may hold
 * it for longer than the connection. Thread-safe.
 */
final class CallSlot {

    private final CallsInFlight calls;
    private final @Nullable ClientKey key;
    private final @Nullable ClientKey counted;
    private final AtomicInteger holders = new AtomicInteger(1);

    /**
     * @param key key of the client
     * @param counted the key if the request counts in its limits
     */
    CallSlot(CallsInFlight calls, @Nullable ClientKey key, @Nullable ClientKey counted) {
        this.calls = calls;
        this.key = key;
        this.counted = counted;
    }

    @Nullable
    ClientKey key() {
        return key;
    }

    /** A generation begins, which may go on without the connection. */
    CallSlot hold() {
        holders.incrementAndGet();
        return this;
    }

    /** The generation has ended. */
    void release() {
        if (holders.decrementAndGet() == 0) {
            calls.endDetached();
            endOfKey();
        }
    }

    /** The connection has ended. */
    void left() {
        if (holders.decrementAndGet() == 0) {
            calls.end();
            endOfKey();
        } else {
            calls.detach();
        }
    }

    private void endOfKey() {
        if (counted != null) {
            counted.end();
        }
    }
}

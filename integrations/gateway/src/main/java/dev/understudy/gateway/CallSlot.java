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
    private final AtomicInteger holders;

    /**
     * @param key key of the client
     * @param counted the key if the request counts in its limits
     */
    CallSlot(CallsInFlight calls, @Nullable ClientKey key, @Nullable ClientKey counted) {
        this(calls, key, counted, 1);
    }

    private CallSlot(CallsInFlight calls, @Nullable ClientKey key, @Nullable ClientKey counted, int holders) {
        this.calls = calls;
        this.key = key;
        this.counted = counted;
        this.holders = new AtomicInteger(holders);
    }

    /** Returns the place of a generation without a connection: it counts from {@link #hold} on. */
    static CallSlot withoutConnection(CallsInFlight calls, @Nullable ClientKey key) {
        return new CallSlot(calls, key, key, 0);
    }

    @Nullable
    ClientKey key() {
        return key;
    }

    /** A generation begins, which may go on without the connection. The call counts anew if the connection has ended already. */
    CallSlot hold() {
        if (holders.getAndIncrement() == 0) {
            calls.beginDetached();
            if (counted != null) {
                counted.goOn();
            }
        }
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

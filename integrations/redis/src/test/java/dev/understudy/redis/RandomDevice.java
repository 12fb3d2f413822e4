package dev.understudy.redis;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/** Allows Lettuce to make its TLS context for each connection: the random device that the JDK reads then never waits. */
public final class RandomDevice implements BlockHoundIntegration {

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.allowBlockingCallsInside("sun.security.ssl.SSLContextImpl", "engineInit");
        // Timers of the JDK wait for the lock of their queue, which is held for a few steps.
        builder.allowBlockingCallsInside("java.util.concurrent.locks.ReentrantLock", "lock");
    }
}

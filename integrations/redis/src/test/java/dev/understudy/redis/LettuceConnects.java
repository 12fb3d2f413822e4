package dev.understudy.redis;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Allows Lettuce what it does for each connection: to make a TLS context, for which the JDK reads the random device, which never
 * waits; and to look up its commands under a lock that all clients of a JVM share, for microseconds.
 */
public final class LettuceConnects implements BlockHoundIntegration {

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.allowBlockingCallsInside("sun.security.ssl.SSLContextImpl", "engineInit");
        builder.allowBlockingCallsInside("io.lettuce.core.internal.AbstractInvocationHandler$MethodTranslator", "of");
        // Timers of the JDK wait for the lock of their queue, which is held for a few steps.
        builder.allowBlockingCallsInside("java.util.concurrent.locks.ReentrantLock", "lock");
    }
}

package dev.understudy.ops;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Netty allows its older allocator to lock for a moment under BlockHound, and forgot the lock of the one it uses now: it
 * is taken when many threads allocate at once and an arena is given back.
 */
public final class AllocatorLock implements BlockHoundIntegration {

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.allowBlockingCallsInside("io.netty.buffer.AdaptivePoolingAllocator$Magazine", "free");
    }
}

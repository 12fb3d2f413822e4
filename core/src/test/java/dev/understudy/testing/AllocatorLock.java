package dev.understudy.testing;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Allows the short lock of the allocator that Netty uses now; Netty itself declares that of its older one. The lock
 * is taken when many threads allocate at once and an arena is given back.
 */
public final class AllocatorLock implements BlockHoundIntegration {

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.allowBlockingCallsInside("io.netty.buffer.AdaptivePoolingAllocator$Magazine", "free");
    }
}

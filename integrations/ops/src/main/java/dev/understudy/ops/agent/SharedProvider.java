package dev.understudy.ops.agent;

import dev.understudy.chat.ChatProvider;
import dev.understudy.ops.config.ProviderSpec;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A provider that several chains share, with its connections and the state of its keys. Closes when the last chain
 * returns it, unless the application supplied it.
 */
final class SharedProvider {

    private static final int CLOSED = -1;

    private final ProviderSpec spec;
    private final ChatProvider provider;
    private final AtomicInteger users = new AtomicInteger();

    SharedProvider(ProviderSpec spec, ChatProvider provider) {
        this.spec = spec;
        this.provider = provider;
    }

    /** Lends the provider to a chain; {@code null} if it is closed. */
    @Nullable
    ChatProvider lend() {
        int before = users.getAndUpdate(count -> count == CLOSED ? CLOSED : count + 1);
        return before == CLOSED ? null : new BorrowedProvider(this, provider);
    }

    void giveBack() {
        // closed in one step with the last count, so that a provider that is closing is never lent
        int now = users.updateAndGet(count -> count == 1 ? CLOSED : count - 1);
        if (now == CLOSED && !spec.isSupplied()) {
            provider.close();
        }
    }

    boolean isClosed() {
        return users.get() == CLOSED;
    }

    /** Returns {@code true} if the specification leads to the same provider; its options in a chain may differ. */
    boolean isOf(ProviderSpec other) {
        return spec.leadsToSameAs(other);
    }
}

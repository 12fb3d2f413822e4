package dev.understudy.ops;

import dev.understudy.chat.ChatProvider;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A provider that chains share, with its connections and what it knows of its keys. It is closed when the last chain gives
 * it back, unless the application brought it.
 */
final class Shared {

    private final ProviderSpec spec;
    private final ChatProvider provider;
    private final AtomicInteger users = new AtomicInteger();

    Shared(ProviderSpec spec, ChatProvider provider) {
        this.spec = spec;
        this.provider = provider;
    }

    ChatProvider lend() {
        users.incrementAndGet();
        return new Lent(this, provider);
    }

    void giveBack() {
        if (users.decrementAndGet() == 0 && !spec.isSupplied()) {
            provider.close();
        }
    }

    boolean isUsed() {
        return users.get() > 0;
    }

    /** Whether this very provider is meant; its part in a chain may differ. */
    boolean isOf(ProviderSpec other) {
        return spec.name().equals(other.name())
                && spec.source().equals(other.source())
                && Objects.equals(
                        spec.healthCheck().find(HealthKeys.ENDPOINT),
                        other.healthCheck().find(HealthKeys.ENDPOINT));
    }
}

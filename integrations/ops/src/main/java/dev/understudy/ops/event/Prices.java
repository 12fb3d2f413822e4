package dev.understudy.ops.event;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import org.jspecify.annotations.Nullable;

/** Prices of the models of one understudy. */
@FunctionalInterface
public interface Prices {

    /** Returns the price of a model; {@code null} if it is not known. */
    Capabilities.@Nullable Price price(String provider, String model);

    /** Returns the prices of an understudy; none without one. */
    static Prices of(@Nullable Understudy understudy) {
        return (provider, model) -> understudy == null ? null : price(understudy, provider, model);
    }

    private static Capabilities.@Nullable Price price(Understudy understudy, String provider, String model) {
        try {
            return understudy.capabilities(provider, model).price();
        } catch (IllegalArgumentException removed) { // by a reload of the configuration
            return null;
        }
    }
}

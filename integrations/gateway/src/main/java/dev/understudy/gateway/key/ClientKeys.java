package dev.understudy.gateway.key;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys of all clients. They may be replaced while calls are in flight; the use of a key is counted on by its name. Thread-safe.
 */
public final class ClientKeys {

    private final LongSupplier nanos;
    private final InstantSource clock;
    private final Map<String, KeyMeter> meters = new ConcurrentHashMap<>();
    private volatile List<ClientKey> keys;

    /**
     * Creates keys.
     *
     * @param specs the keys
     * @param nanos monotonic clock, in nanoseconds
     * @param clock clock of budgets
     */
    public ClientKeys(List<KeySpec> specs, LongSupplier nanos, InstantSource clock) {
        this.nanos = nanos;
        this.clock = clock;
        this.keys = keys(specs);
    }

    /** Creates keys on the clocks of the system. */
    public static ClientKeys of(List<KeySpec> specs) {
        return new ClientKeys(specs, System::nanoTime, InstantSource.system());
    }

    /**
     * Returns keys without limits.
     *
     * @param text tokens, separated by commas
     * @throws IllegalArgumentException if the text contains no token
     */
    public static List<KeySpec> tokens(String text) {
        List<String> tokens = Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
        if (tokens.isEmpty()) {
            throw new IllegalArgumentException("GATEWAY_TOKEN contains no token");
        }
        List<KeySpec> specs = new ArrayList<>();
        tokens.forEach(token -> specs.add(KeySpec.of("token-" + (specs.size() + 1), token, KeyLimits.NONE)));
        return specs;
    }

    /** Replaces the keys. */
    public void replace(List<KeySpec> specs) {
        keys = keys(specs);
    }

    private List<ClientKey> keys(List<KeySpec> specs) {
        return specs.stream()
                .map(spec -> new ClientKey(
                        spec.name(),
                        spec.digest(),
                        spec.limits(),
                        meters.computeIfAbsent(spec.name(), name -> new KeyMeter(nanos, clock))))
                .toList();
    }

    List<ClientKey> all() {
        return keys;
    }

    /** Returns the key of a name; {@code null} if there is none. */
    public @Nullable ClientKey named(String name) {
        return keys.stream().filter(key -> key.name().equals(name)).findFirst().orElse(null);
    }

    /** Returns true if there is no key, so that clients need none. */
    public boolean isEmpty() {
        return keys.isEmpty();
    }

    /** Returns the key that a client has sent; {@code null} if it is none of them. Compares with all keys in constant time. */
    public @Nullable ClientKey find(@Nullable String secret) {
        if (secret == null) {
            return null;
        }
        byte[] shown = Sha256.of(secret);
        ClientKey found = null;
        for (ClientKey key : keys) {
            found = key.matches(shown) ? key : found;
        }
        return found;
    }
}

package dev.understudy.pool;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.guard.FailureRules;
import dev.understudy.guard.Nanos;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Which models at which providers should not be asked for a while, by what they themselves have said. */
public final class Cooldowns {

    /** How many are remembered at once. */
    public static final int MOST = 1_000;

    /** How long a model stays gated that a provider does not have or does not allow. */
    static final Duration MODEL = Duration.ofMinutes(10);

    /**
     * @param until the instant when it opens
     * @param kind why it is shut
     */
    public record Cooldown(long until, FailureKind kind) {}

    /** Hears what this instance itself found out, not what others told. Must not throw. */
    interface Watcher {

        /** The gate was shut at this instant. */
        void shut(String provider, String model, Cooldown cooldown, long now);

        /** A success opened the gate. */
        void opened(String provider, String model);
    }

    private record Key(String provider, String model) {}

    private final Map<Key, Cooldown> gates = new ConcurrentHashMap<>();
    private final Watcher watcher;

    public Cooldowns(Watcher watcher) {
        this.watcher = watcher;
    }

    /** Shuts the gate if the failure says so. */
    public void note(
            String provider, String model, Failure failure, FailureRules.Rule rule, Duration patience, long now) {
        Duration wait = failure.retryAfter();
        if (rule.coolsDownModel()) {
            shut(provider, model, new Cooldown(now + MODEL.toNanos(), failure.kind()), now);
        } else if (rule.obeysRetryAfter() && wait != null && wait.compareTo(patience) > 0) {
            shut(provider, model, new Cooldown(now + Nanos.of(wait), failure.kind()), now);
        }
    }

    public int size() {
        return gates.size();
    }

    /** A success opens it. */
    public void open(String provider, String model) {
        if (!gates.isEmpty() && gates.remove(new Key(provider, model)) != null) {
            watcher.opened(provider, model);
        }
    }

    /** Another instance has shut it; for no longer than {@link #MODEL}, whatever it says. */
    void remoteCooldown(String provider, String model, FailureKind kind, long until, long now) {
        long longest = now + MODEL.toNanos();
        shut(new Key(provider, model), new Cooldown(until - longest > 0 ? longest : until, kind), now);
    }

    /** Another instance was answered. */
    void remoteEnded(String provider, String model) {
        gates.remove(new Key(provider, model));
    }

    /** The gate in force at this instant. */
    public @Nullable Cooldown at(String provider, String model, long now) {
        if (gates.isEmpty()) {
            return null;
        }
        Key key = new Key(provider, model);
        Cooldown cooldown = gates.get(key);
        if (cooldown == null || cooldown.until - now > 0) {
            return cooldown;
        }
        gates.remove(key, cooldown);
        return null;
    }

    private void shut(String provider, String model, Cooldown cooldown, long now) {
        shut(new Key(provider, model), cooldown, now);
        watcher.shut(provider, model, cooldown, now);
    }

    private void shut(Key key, Cooldown cooldown, long now) {
        if (gates.size() >= MOST) {
            gates.values().removeIf(old -> old.until - now <= 0);
        }
        if (gates.size() >= MOST && !gates.containsKey(key)) {
            return; // callers may invent names of models without end
        }
        gates.merge(key, cooldown, (was, is) -> was.until - is.until > 0 ? was : is);
    }
}

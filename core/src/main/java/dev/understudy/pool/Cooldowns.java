package dev.understudy.pool;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.guard.FailureRules;
import dev.understudy.guard.Nanos;
import dev.understudy.guard.RecentlyUsed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cooldowns of models, by provider and model: as vendors asked for in their failures. Thread-safe; never blocks. */
public final class Cooldowns {

    /** Number of cooldowns that are kept at once; those that no call met for longest are dropped. */
    public static final int CAPACITY = 1_000;

    /** Cooldown of a model that a provider does not have or does not allow. */
    static final Duration MODEL_COOLDOWN = Duration.ofMinutes(10);

    /** Limit of a cooldown, whatever a response says. */
    static final Duration LONGEST = Duration.ofHours(1);

    /**
     * One cooldown.
     *
     * @param until the instant of its end, on the nanosecond clock
     * @param kind the kind of failure that started it
     */
    public record Cooldown(long until, FailureKind kind) {

        /** Keeps the kind of the cooldown that this one extends, if this one was started by a skipped attempt. */
        private Cooldown after(Cooldown was, long now) {
            boolean extension = kind == FailureKind.SKIPPED && was.until - now > 0;
            return extension ? new Cooldown(until, was.kind) : this;
        }
    }

    /** Receives the cooldowns that this instance started or ended itself, not those of other instances. Must not throw. */
    interface Watcher {

        /** Called when a failure started a cooldown. */
        void cooldownStarted(String provider, String model, Cooldown cooldown, long now);

        /** Called when a success ended a cooldown. */
        void cooldownEnded(String provider, String model);
    }

    /**
     * A wait that a vendor named is kept beside the cooldown of a model that it does not have, which may be longer but does
     * not keep a call from asking when no other route is left.
     */
    private record Key(String provider, String model, boolean stated) {}

    private final RecentlyUsed<Key, Cooldown> cooldowns = new RecentlyUsed<>(CAPACITY, any -> false);
    private final Watcher watcher;

    public Cooldowns(Watcher watcher) {
        this.watcher = watcher;
    }

    /** Starts a cooldown if the failure asks for one: until then other calls do not ask the model here. */
    public void failed(String provider, String model, Failure failure, FailureRules.Rule rule, long now) {
        Duration retryAfter = failure.retryAfter();
        if (rule.coolsDownModel()) {
            start(provider, model, new Cooldown(now + MODEL_COOLDOWN.toNanos(), failure.kind()), now);
        } else if (rule.obeysRetryAfter() && retryAfter != null) {
            Duration bounded = retryAfter.compareTo(LONGEST) > 0 ? LONGEST : retryAfter;
            start(provider, model, new Cooldown(now + Nanos.of(bounded), failure.kind()), now);
        }
    }

    public int size() {
        return cooldowns.size();
    }

    /**
     * Ends the cooldown after a success. A wait that the vendor named goes on: the answer is to a request from before it.
     */
    public void succeeded(String provider, String model) {
        if (cooldowns.isEmpty()) {
            return;
        }
        end(new Key(provider, model, false));
    }

    private void end(Key key) {
        if (cooldowns.remove(key) != null) {
            watcher.cooldownEnded(key.provider, key.model);
        }
    }

    /** Ends the cooldowns of all models of a provider, by an operator's order. */
    public void reset(String provider) {
        List<Key> ended = new ArrayList<>();
        cooldowns.forEach((key, cooldown) -> {
            if (key.provider.equals(provider)) {
                ended.add(key);
            }
        });
        ended.forEach(this::end);
    }

    /** Starts a cooldown of another instance, for {@link #MODEL_COOLDOWN} at most. */
    void remoteCooldown(String provider, String model, FailureKind kind, long until, long now) {
        long longest = now + MODEL_COOLDOWN.toNanos();
        start(key(provider, model, kind), new Cooldown(until - longest > 0 ? longest : until, kind), now);
    }

    /** Ends the cooldown after a success of another instance. */
    void remoteEnded(String provider, String model) {
        cooldowns.remove(new Key(provider, model, false));
        cooldowns.remove(new Key(provider, model, true));
    }

    /** Returns the cooldown in force at this instant, a wait that the vendor named first; {@code null} for none. */
    public @Nullable Cooldown at(String provider, String model, long now) {
        if (cooldowns.isEmpty()) {
            return null;
        }
        Cooldown stated = at(new Key(provider, model, true), now);
        return stated != null ? stated : at(new Key(provider, model, false), now);
    }

    private @Nullable Cooldown at(Key key, long now) {
        Cooldown cooldown = cooldowns.get(key);
        if (cooldown == null || cooldown.until - now > 0) {
            return cooldown;
        }
        cooldowns.remove(key, cooldown);
        return null;
    }

    private void start(String provider, String model, Cooldown cooldown, long now) {
        start(key(provider, model, cooldown.kind), cooldown, now);
        watcher.cooldownStarted(provider, model, cooldown, now);
    }

    private static Key key(String provider, String model, FailureKind kind) {
        return new Key(provider, model, !FailureRules.of(kind).coolsDownModel());
    }

    private void start(Key key, Cooldown cooldown, long now) {
        if (cooldowns.size() >= CAPACITY) {
            cooldowns.removeIf(old -> old.until - now <= 0);
        }
        cooldowns.merge(key, cooldown, (was, is) -> was.until - is.until > 0 ? was : is.after(was, now));
    }
}

package dev.understudy;

import dev.understudy.chat.ChatProvider;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One provider in the cast, with all that the door remembers of it. */
final class Member {

    static final int MOST_CIRCUITS = 1_000;

    private final ChatProvider provider;
    private final Seat seat;
    private final Health health;
    private final Limiter limiter;
    private final RetryTokens retryTokens;
    private final AtomicReference<Checkup> checkup = new AtomicReference<>(Checkup.NONE);
    private final Map<String, CircuitBreaker> circuits = new ConcurrentHashMap<>();
    private final Function<String, CircuitBreaker> newCircuit;
    private volatile boolean held;
    private volatile long heldUntil;

    Member(ChatProvider provider, Seat seat, Policies policies, long now) {
        this.provider = provider;
        this.seat = seat;
        this.health = new Health(policies.time(), now);
        this.limiter = new Limiter(
                seat.limits(), (requests, tokens) -> policies.voice().spent(provider.name(), requests, tokens), now);
        this.retryTokens = new RetryTokens(policies.budget(), now);
        this.newCircuit = model -> new CircuitBreaker(
                policies.circuit(),
                policies.dice(),
                (from, to, at) -> {
                    Listener.safely(
                            policies.listener(),
                            new Event.CircuitMoved(
                                    policies.door(), provider.name(), model, from.name(), to.name(), to.why()));
                    policies.voice().moved(provider.name(), model, from, to, at);
                },
                policies.time().nanos());
    }

    ChatProvider provider() {
        return provider;
    }

    String name() {
        return provider.name();
    }

    Seat seat() {
        return seat;
    }

    Health health() {
        return health;
    }

    Limiter limiter() {
        return limiter;
    }

    RetryTokens retryTokens() {
        return retryTokens;
    }

    AtomicReference<Checkup> checkup() {
        return checkup;
    }

    CircuitBreaker circuit(String model) {
        CircuitBreaker known = circuits.get(model);
        if (known != null) {
            return known;
        }
        // Callers may invent names of models without end; what they invent is not remembered without end.
        return circuits.size() < MOST_CIRCUITS ? circuits.computeIfAbsent(model, newCircuit) : newCircuit.apply(model);
    }

    Map<String, CircuitBreaker> circuits() {
        return circuits;
    }

    /** Nobody asks it for this long, or until {@link #release}. */
    void hold(@Nullable Duration forHowLong, long now) {
        heldUntil = forHowLong == null ? Long.MAX_VALUE : now + Nanos.of(forHowLong);
        held = true;
    }

    void release() {
        held = false;
    }

    boolean isHeld(long now) {
        return held && (heldUntil == Long.MAX_VALUE || heldUntil - now > 0);
    }

    /** Nanoseconds until it is released, {@link Long#MAX_VALUE} when nobody knows; while it is held. */
    long heldFor(long now) {
        return heldUntil == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, heldUntil - now);
    }

    /** Whether probes say it should be left alone. */
    boolean outOfRotation() {
        return checkup.get().failed();
    }

    Standing.Status status() {
        Checkup probed = checkup.get();
        if (probed.running()) {
            return Standing.Status.CHECKING;
        }
        Standing.Status called = health.status();
        if (probed.failed()) {
            return Standing.Status.UNHEALTHY;
        }
        boolean unknown = called == Standing.Status.UNKNOWN && Boolean.TRUE.equals(probed.healthy());
        return unknown ? Standing.Status.HEALTHY : called;
    }
}

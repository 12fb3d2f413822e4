package dev.understudy;

import dev.understudy.chat.ChatProvider;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.random.RandomGenerator;
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

    private Member(
            ChatProvider provider,
            Seat seat,
            Health health,
            Limiter limiter,
            RetryTokens retryTokens,
            Function<String, CircuitBreaker> newCircuit) {
        this.provider = provider;
        this.seat = seat;
        this.health = health;
        this.limiter = limiter;
        this.retryTokens = retryTokens;
        this.newCircuit = newCircuit;
    }

    /** Makes members that share policies, clock, chance and receivers of news. */
    record Factory(
            RetryBudget budget, CircuitPolicy circuit, PoolEvents events, Voice voice, Time time, RandomGenerator dice) {

        Member member(ChatProvider provider, Seat seat, long now) {
            String name = provider.name();
            return new Member(
                    provider,
                    seat,
                    new Health(time, now),
                    new Limiter(seat.limits(), (requests, tokens) -> voice.spent(name, requests, tokens), now),
                    new RetryTokens(budget, now),
                    model -> new CircuitBreaker(circuit, dice, change -> changed(name, model, change), time.nanos()));
        }

        /** Tells listeners of every change, and other instances only of what this one has seen itself. */
        private void changed(String provider, String model, CircuitBreaker.Change change) {
            events.circuitChanged(provider, model, change);
            if (change.to() == CircuitState.OPEN && !change.remote()) {
                voice.circuitOpened(provider, model, String.valueOf(change.why()), change.remaining());
            } else if (change.to() == CircuitState.CLOSED && change.from() == CircuitState.HALF_OPEN) {
                voice.circuitClosed(provider, model);
            }
        }
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

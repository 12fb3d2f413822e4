package dev.understudy;

import dev.understudy.chat.ChatProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Composes an {@link Understudy}: its providers in order, the models' fallbacks, and one policy for each concern. A policy
 * that is not set has its defaults. Not thread-safe; may build any number of understudies.
 */
public final class UnderstudyBuilder {

    record Cast(ChatProvider provider, Seat seat) {}

    final List<Cast> cast = new ArrayList<>();
    final Map<String, List<String>> fallbacks = new LinkedHashMap<>();

    // The defaults. docs/defaults.md shows them, and a test compares.
    String name = "understudy";
    private RetryPolicy retry = RetryPolicy.defaults();
    private CallLimits limits = CallLimits.none();
    private RetryBudget retryBudget = RetryBudget.defaults();
    private Timeouts timeouts = Timeouts.defaults();
    private Timeouts reasoning = Timeouts.reasoning();
    private CircuitPolicy circuit = CircuitPolicy.defaults();
    private Failover failover = Failover.defaults();
    private Selection selection = Selection.sequential();
    private Hedging hedging = Hedging.off();
    private Probes probes = Probes.off();
    private ContextWindow contextWindow = ContextWindow.auto();
    private boolean aroundFilters = false;
    private boolean invalidStops = false;
    private Listener listener = Listener.none();
    private SharedStanding sharedStanding = SharedStanding.none();
    private Time time = Time.PARALLEL;
    private RandomGenerator dice = () -> ThreadLocalRandom.current().nextLong();

    UnderstudyBuilder() {}

    /** Its name in trails, events and metrics. */
    public UnderstudyBuilder name(String name) {
        if (name.isBlank() || name.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("A name is one word: '" + name + "'");
        }
        this.name = name;
        return this;
    }

    /** The next provider in order, asked for whatever model the caller names. */
    public UnderstudyBuilder provider(ChatProvider provider) {
        return provider(provider, Seat.any());
    }

    /** The next provider in order, always asked for this model, whatever model the caller names. */
    public UnderstudyBuilder provider(ChatProvider provider, String model) {
        return provider(provider, Seat.only(model));
    }

    /**
     * The next provider in order, asked only for these models: from the name the caller uses to the provider's own.
     */
    public UnderstudyBuilder provider(ChatProvider provider, Map<String, String> models) {
        return provider(provider, Seat.serving(models));
    }

    /** The next provider in order, with models, weight, tags and limits of its own. */
    public UnderstudyBuilder provider(ChatProvider provider, Seat seat) {
        if (cast.stream().anyMatch(member -> member.provider().name().equals(provider.name()))) {
            throw new IllegalArgumentException("Two providers are named '" + provider.name()
                    + "': give each a name of its own, so that trails can tell them apart");
        }
        cast.add(new Cast(provider, seat));
        return this;
    }

    /** Which models are asked for, in order, when all providers have failed for {@code model}. */
    public UnderstudyBuilder fallback(String model, String... others) {
        List<String> chain = List.of(others);
        if (chain.contains(model)) {
            throw new IllegalArgumentException("Model '" + model + "' cannot be its own fallback");
        }
        fallbacks.put(model, chain);
        return this;
    }

    /** How often and how soon the same provider is asked again; {@link RetryPolicy#defaults()}. */
    public UnderstudyBuilder retry(RetryPolicy retry) {
        this.retry = retry;
        return this;
    }

    /** How long silence is borne; {@link Timeouts#defaults()}. */
    public UnderstudyBuilder timeouts(Timeouts timeouts) {
        this.timeouts = timeouts;
        return this;
    }

    /** How long the silence of models that declare REASONING is borne; {@link Timeouts#reasoning()}. */
    public UnderstudyBuilder reasoningTimeouts(Timeouts timeouts) {
        this.reasoning = timeouts;
        return this;
    }

    /** Limits of one call; {@link CallLimits#none()}. */
    public UnderstudyBuilder limits(CallLimits limits) {
        this.limits = limits;
        return this;
    }

    /** Limits of the retries that all calls together add; {@link RetryBudget#defaults()}. */
    public UnderstudyBuilder retryBudget(RetryBudget budget) {
        this.retryBudget = budget;
        return this;
    }

    /** {@link CallLimits#withCallTimeout}. */
    public UnderstudyBuilder callTimeout(@Nullable Duration timeout) {
        this.limits = limits.withCallTimeout(timeout);
        return this;
    }

    /** {@link CallLimits#withMaxAttempts}. */
    public UnderstudyBuilder maxAttempts(@Nullable Integer attempts) {
        this.limits = limits.withMaxAttempts(attempts);
        return this;
    }

    /** When a provider is left alone, and how it comes back; {@link CircuitPolicy#defaults()}. */
    public UnderstudyBuilder circuit(CircuitPolicy circuit) {
        this.circuit = circuit;
        return this;
    }

    /** Who is asked first, and who after a failure; {@link Failover#defaults()}. */
    public UnderstudyBuilder failover(Failover failover) {
        this.failover = failover;
        return this;
    }

    /** In which order providers are asked for one model; {@link Selection#sequential()}. */
    public UnderstudyBuilder selection(Selection selection) {
        this.selection = selection;
        return this;
    }

    /** Whether a second provider is asked when the first is slow; {@link Hedging#off()}. */
    public UnderstudyBuilder hedging(Hedging hedging) {
        this.hedging = hedging;
        return this;
    }

    /** Whether providers are looked at in the background; {@link Probes#off()}. They end with {@link Understudy#close()}. */
    public UnderstudyBuilder probes(Probes probes) {
        this.probes = probes;
        return this;
    }

    /** How much of a long conversation is sent; {@link ContextWindow#auto()}. */
    public UnderstudyBuilder contextWindow(ContextWindow contextWindow) {
        this.contextWindow = contextWindow;
        return this;
    }

    /** Whether a request that was refused by policy is sent to the next provider; it is not by default. */
    public UnderstudyBuilder routeAroundFilters(boolean around) {
        this.aroundFilters = around;
        return this;
    }

    /** Whether a request that one vendor calls invalid fails at once; by default the next one is asked. */
    public UnderstudyBuilder stopOnInvalidRequest(boolean stop) {
        this.invalidStops = stop;
        return this;
    }

    /** Who hears what happens. Several listeners: {@link Listener#and}. */
    public UnderstudyBuilder listener(Listener listener) {
        this.listener = listener;
        return this;
    }

    /** What other instances know of the same providers; by default each door finds out for itself. */
    public UnderstudyBuilder sharedStanding(SharedStanding shared) {
        this.sharedStanding = shared;
        return this;
    }

    /** Clock and timer at once; {@code Schedulers.parallel()}, looked up at each use. */
    public UnderstudyBuilder scheduler(Scheduler scheduler) {
        this.time = new Time(() -> scheduler);
        return this;
    }

    /** Where chance comes from. */
    public UnderstudyBuilder random(RandomGenerator dice) {
        this.dice = dice;
        return this;
    }

    /**
     * @throws IllegalStateException if no provider was named
     */
    public Understudy build() {
        if (cast.isEmpty()) {
            throw new IllegalStateException("An understudy needs at least one provider: call provider(…) first");
        }
        return new Understudy(this);
    }

    Policies policies() {
        Integer most = limits.maxAttempts();
        Decision.Options options = new Decision.Options(retry, most == null ? 0 : most, aroundFilters, invalidStops);
        return new Policies(
                name,
                options,
                limits,
                retryBudget,
                timeouts,
                reasoning,
                circuit,
                failover,
                selection,
                hedging,
                probes,
                contextWindow,
                listener,
                Voice.of(sharedStanding, name, time),
                time,
                dice);
    }
}

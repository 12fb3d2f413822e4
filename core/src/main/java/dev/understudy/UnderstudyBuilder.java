package dev.understudy;

import dev.understudy.call.Decision;
import dev.understudy.call.Policies;
import dev.understudy.chat.ChatProvider;
import dev.understudy.event.Listener;
import dev.understudy.guard.TimeSource;
import dev.understudy.policy.CallLimits;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.RetryBudget;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.Selection;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.pool.StatePublisher;
import dev.understudy.shared.SharedState;
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

    record ProviderEntry(ChatProvider provider, ProviderOptions providerOptions) {}

    final List<ProviderEntry> providers = new ArrayList<>();
    final Map<String, List<String>> fallbacks = new LinkedHashMap<>();

    // The defaults. docs/defaults.md shows them, and a test compares.
    String name = "understudy";
    private RetryPolicy retry = RetryPolicy.defaults();
    private CallLimits limits = CallLimits.none();
    private RetryBudget retryBudget = RetryBudget.defaults();
    private TimeoutPolicy timeoutPolicy = TimeoutPolicy.defaults();
    private TimeoutPolicy reasoning = TimeoutPolicy.reasoning();
    private CircuitPolicy circuit = CircuitPolicy.defaults();
    private FailoverPolicy failoverPolicy = FailoverPolicy.defaults();
    private Selection selection = Selection.sequential();
    private HedgingPolicy hedgingPolicy = HedgingPolicy.none();
    private HealthCheckPolicy healthChecks = HealthCheckPolicy.none();
    private ContextWindow contextWindow = ContextWindow.defaults();
    private boolean aroundFilters = false;
    private boolean invalidStops = false;
    private Listener listener = Listener.none();
    private SharedState sharedState = SharedState.none();
    private TimeSource timeSource = TimeSource.PARALLEL;
    private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();

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
        return provider(provider, ProviderOptions.defaults());
    }

    /** The next provider in order, always asked for this model, whatever model the caller names. */
    public UnderstudyBuilder provider(ChatProvider provider, String model) {
        return provider(provider, ProviderOptions.only(model));
    }

    /**
     * The next provider in order, asked only for these models: from the name the caller uses to the provider's own.
     */
    public UnderstudyBuilder provider(ChatProvider provider, Map<String, String> models) {
        return provider(provider, ProviderOptions.serving(models));
    }

    /** The next provider in order, with models, weight, tags and limits of its own. */
    public UnderstudyBuilder provider(ChatProvider provider, ProviderOptions providerOptions) {
        if (providers.stream().anyMatch(member -> member.provider().name().equals(provider.name()))) {
            throw new IllegalArgumentException("Two providers are named '" + provider.name()
                    + "': give each a name of its own, so that trails can tell them apart");
        }
        providers.add(new ProviderEntry(provider, providerOptions));
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

    /** How long silence is borne; {@link TimeoutPolicy#defaults()}. */
    public UnderstudyBuilder timeouts(TimeoutPolicy timeoutPolicy) {
        this.timeoutPolicy = timeoutPolicy;
        return this;
    }

    /** How long the silence of models that declare REASONING is borne; {@link TimeoutPolicy#reasoning()}. */
    public UnderstudyBuilder reasoningTimeouts(TimeoutPolicy timeoutPolicy) {
        this.reasoning = timeoutPolicy;
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

    /** Who is asked first, and who after a failure; {@link FailoverPolicy#defaults()}. */
    public UnderstudyBuilder failover(FailoverPolicy failoverPolicy) {
        this.failoverPolicy = failoverPolicy;
        return this;
    }

    /** In which order providers are asked for one model; {@link Selection#sequential()}. */
    public UnderstudyBuilder selection(Selection selection) {
        this.selection = selection;
        return this;
    }

    /** Whether a second provider is asked when the first is slow; {@link HedgingPolicy#none()}. */
    public UnderstudyBuilder hedging(HedgingPolicy hedgingPolicy) {
        this.hedgingPolicy = hedgingPolicy;
        return this;
    }

    /** Whether providers are looked at in the background; {@link HealthCheckPolicy#none()}. They end with {@link Understudy#close()}. */
    public UnderstudyBuilder healthChecks(HealthCheckPolicy healthCheckPolicy) {
        this.healthChecks = healthCheckPolicy;
        return this;
    }

    /** How much of a long conversation is sent; {@link ContextWindow#defaults()}. */
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
    public UnderstudyBuilder sharedState(SharedState shared) {
        this.sharedState = shared;
        return this;
    }

    /** Clock and timer at once; {@code Schedulers.parallel()}, looked up at each use. */
    public UnderstudyBuilder scheduler(Scheduler scheduler) {
        this.timeSource = new TimeSource(() -> scheduler);
        return this;
    }

    /** Where chance comes from. */
    public UnderstudyBuilder random(RandomGenerator random) {
        this.random = random;
        return this;
    }

    /**
     * @throws IllegalStateException if no provider was named
     */
    public Understudy build() {
        if (providers.isEmpty()) {
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
                timeoutPolicy,
                reasoning,
                circuit,
                failoverPolicy,
                selection,
                hedgingPolicy,
                healthChecks,
                contextWindow,
                listener,
                StatePublisher.of(sharedState, name, timeSource),
                timeSource,
                random);
    }
}

package dev.understudy;

import dev.understudy.call.Decision;
import dev.understudy.call.Policies;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Failure;
import dev.understudy.event.Listener;
import dev.understudy.guard.FailureTyping;
import dev.understudy.guard.ProviderHealth;
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
import dev.understudy.policy.TokenCounter;
import dev.understudy.pool.StatePublisher;
import dev.understudy.provider.error.ExceptionClassifier;
import dev.understudy.shared.SharedState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Builds an {@link Understudy}: its providers in order, fallback models, and policies. A policy that is not set has its
 * default. Not thread-safe; may build several clients.
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
    private TimeoutPolicy loading = TimeoutPolicy.loading();
    private CircuitPolicy circuit = CircuitPolicy.defaults();
    private FailoverPolicy failoverPolicy = FailoverPolicy.defaults();
    private Selection selection = Selection.sequential();
    private HedgingPolicy hedgingPolicy = HedgingPolicy.none();
    private Failure.Classifier failureClassifier = new ExceptionClassifier();
    private HealthCheckPolicy healthChecks = HealthCheckPolicy.none();
    private ContextWindow contextWindow = ContextWindow.defaults();
    private boolean aroundFilters = false;
    private boolean invalidStops = false;
    private Listener listener = Listener.none();
    private SharedState sharedState = SharedState.none();
    private final Map<String, Understudy> predecessors = new LinkedHashMap<>();
    private TimeSource timeSource = TimeSource.PARALLEL;
    private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();

    UnderstudyBuilder() {}

    /**
     * Sets the name of the understudy in attempt logs, events and metrics; "understudy" by default.
     *
     * @param name not blank, without white space
     * @return this builder
     * @throws IllegalArgumentException if the name is blank or has white space
     */
    public UnderstudyBuilder name(String name) {
        if (name.isBlank() || name.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("A name is not blank and has no white space: '" + name + "'");
        }
        this.name = name;
        return this;
    }

    /**
     * Adds the next provider in order, asked for the model in the request.
     *
     * @param provider the provider
     * @return this builder
     * @throws IllegalArgumentException if a provider of this name was added before
     */
    public UnderstudyBuilder provider(ChatProvider provider) {
        return provider(provider, ProviderOptions.defaults());
    }

    /**
     * Adds the next provider in order, always asked for one model.
     *
     * @param provider the provider
     * @param model the model as the provider names it
     * @return this builder
     * @throws IllegalArgumentException if a provider of this name was added before
     */
    public UnderstudyBuilder provider(ChatProvider provider, String model) {
        return provider(provider, ProviderOptions.only(model));
    }

    /**
     * Adds the next provider in order, asked only for these models.
     *
     * @param provider the provider
     * @param models from the name in the request to the provider's own; at least one
     * @return this builder
     * @throws IllegalArgumentException if a provider of this name was added before, or there is no model
     */
    public UnderstudyBuilder provider(ChatProvider provider, Map<String, String> models) {
        return provider(provider, ProviderOptions.serving(models));
    }

    /**
     * Adds the next provider in order, with options.
     *
     * @param provider the provider
     * @param providerOptions models, weight, tags, rate limits and health checks of the provider
     * @return this builder
     * @throws IllegalArgumentException if a provider of this name was added before
     */
    public UnderstudyBuilder provider(ChatProvider provider, ProviderOptions providerOptions) {
        if (providers.stream().anyMatch(member -> member.provider().name().equals(provider.name()))) {
            throw new IllegalArgumentException(
                    "Two providers are named '" + provider.name() + "': each provider needs a distinct name");
        }
        providers.add(new ProviderEntry(provider, providerOptions));
        return this;
    }

    /**
     * Sets the models to ask for, in order, after all providers have failed for {@code model}. Replaces an earlier
     * list; none by default.
     *
     * @param model the model in the request
     * @param others the fallback models
     * @return this builder
     * @throws IllegalArgumentException if {@code model} is among its fallbacks
     */
    public UnderstudyBuilder fallback(String model, String... others) {
        List<String> chain = List.of(others);
        if (chain.contains(model)) {
            throw new IllegalArgumentException("Model '" + model + "' cannot be its own fallback");
        }
        fallbacks.put(model, chain);
        return this;
    }

    /**
     * Adds a classifier for exceptions of your own providers. The built-in one, which knows the JDK's exceptions and those
     * of common HTTP clients and vendors' SDKs, is asked about exceptions that this one does not know.
     *
     * @param classifier the classifier; of several, the one added last is asked first
     * @return this builder
     */
    public UnderstudyBuilder failureClassifier(Failure.Classifier classifier) {
        this.failureClassifier = classifier.orElse(failureClassifier);
        return this;
    }

    /**
     * Sets the retries on the same route; {@link RetryPolicy#defaults()} by default.
     *
     * @param retry the policy
     * @return this builder
     */
    public UnderstudyBuilder retry(RetryPolicy retry) {
        this.retry = retry;
        return this;
    }

    /**
     * Sets the timeouts of an attempt; {@link TimeoutPolicy#defaults()} by default.
     *
     * @param timeoutPolicy the policy
     * @return this builder
     */
    public UnderstudyBuilder timeouts(TimeoutPolicy timeoutPolicy) {
        this.timeoutPolicy = timeoutPolicy;
        return this;
    }

    /**
     * Sets the timeouts of an attempt at a model with {@link dev.understudy.chat.Feature#REASONING};
     * {@link TimeoutPolicy#reasoning()} by default.
     *
     * @param timeoutPolicy the policy
     * @return this builder
     */
    public UnderstudyBuilder reasoningTimeouts(TimeoutPolicy timeoutPolicy) {
        this.reasoning = timeoutPolicy;
        return this;
    }

    /**
     * Sets the timeouts of an attempt at a model with {@link dev.understudy.chat.Feature#LOADING}, as local servers have;
     * {@link TimeoutPolicy#loading()} by default. For a model with both features the longer timeouts hold.
     *
     * @param timeoutPolicy the policy
     * @return this builder
     */
    public UnderstudyBuilder loadingTimeouts(TimeoutPolicy timeoutPolicy) {
        this.loading = timeoutPolicy;
        return this;
    }

    /**
     * Sets the limits of one call; {@link CallLimits#none()} by default.
     *
     * @param limits the limits
     * @return this builder
     */
    public UnderstudyBuilder limits(CallLimits limits) {
        this.limits = limits;
        return this;
    }

    /**
     * Sets the limit of retries over all calls; {@link RetryBudget#defaults()} by default.
     *
     * @param budget the budget
     * @return this builder
     */
    public UnderstudyBuilder retryBudget(RetryBudget budget) {
        this.retryBudget = budget;
        return this;
    }

    /**
     * Sets the time limit of one call, as {@link CallLimits#withCallTimeout}; no limit by default.
     *
     * @param timeout longer than zero; {@code null} for no limit
     * @return this builder
     */
    public UnderstudyBuilder callTimeout(@Nullable Duration timeout) {
        this.limits = limits.withCallTimeout(timeout);
        return this;
    }

    /**
     * Sets the limit of attempts of one call, as {@link CallLimits#withMaxAttempts}; no limit by default.
     *
     * @param attempts 1 or more; {@code null} for no limit
     * @return this builder
     */
    public UnderstudyBuilder maxAttempts(@Nullable Integer attempts) {
        this.limits = limits.withMaxAttempts(attempts);
        return this;
    }

    /**
     * Sets the circuit breaker of each provider and model; {@link CircuitPolicy#defaults()} by default.
     *
     * @param circuit the policy
     * @return this builder
     */
    public UnderstudyBuilder circuit(CircuitPolicy circuit) {
        this.circuit = circuit;
        return this;
    }

    /**
     * Sets failover between providers and the choice of the active one; {@link FailoverPolicy#defaults()} by default.
     *
     * @param failoverPolicy the policy
     * @return this builder
     */
    public UnderstudyBuilder failover(FailoverPolicy failoverPolicy) {
        this.failoverPolicy = failoverPolicy;
        return this;
    }

    /**
     * Sets the order in which providers are asked for one model; {@link Selection#sequential()} by default.
     *
     * @param selection the selection
     * @return this builder
     */
    public UnderstudyBuilder selection(Selection selection) {
        this.selection = selection;
        return this;
    }

    /**
     * Sets hedging, a second request when the first provider is slow; {@link HedgingPolicy#none()} by default.
     *
     * @param hedgingPolicy the policy
     * @return this builder
     */
    public UnderstudyBuilder hedging(HedgingPolicy hedgingPolicy) {
        this.hedgingPolicy = hedgingPolicy;
        return this;
    }

    /**
     * Sets the background probes of providers; {@link HealthCheckPolicy#none()} by default. Probes end with
     * {@link Understudy#close()}.
     *
     * @param healthCheckPolicy the policy
     * @return this builder
     */
    public UnderstudyBuilder healthChecks(HealthCheckPolicy healthCheckPolicy) {
        this.healthChecks = healthCheckPolicy;
        return this;
    }

    /**
     * Sets trimming of conversations that are too long; {@link ContextWindow#defaults()} by default.
     *
     * @param contextWindow the policy
     * @return this builder
     */
    public UnderstudyBuilder contextWindow(ContextWindow contextWindow) {
        this.contextWindow = contextWindow;
        return this;
    }

    /**
     * Sets the token counter of the policy for conversations that are too long, and keeps its other values.
     *
     * @param counter counts the tokens of a request
     * @return this builder
     */
    public UnderstudyBuilder tokenCounter(TokenCounter counter) {
        this.contextWindow = contextWindow.withCounter(counter);
        return this;
    }

    /**
     * Sets whether a request refused by a vendor's content policy is sent to the next provider; {@code false} by
     * default.
     *
     * @param around {@code true} to fail over
     * @return this builder
     */
    public UnderstudyBuilder routeAroundFilters(boolean around) {
        this.aroundFilters = around;
        return this;
    }

    /**
     * Sets whether a call fails at once when a vendor reports an invalid request; {@code false} by default: the next
     * provider is asked.
     *
     * @param stop {@code true} to fail at once
     * @return this builder
     */
    public UnderstudyBuilder stopOnInvalidRequest(boolean stop) {
        this.invalidStops = stop;
        return this;
    }

    /**
     * Sets the listener of all events; {@link Listener#none()} by default. Combine several with {@link Listener#and}.
     *
     * @param listener the listener
     * @return this builder
     */
    public UnderstudyBuilder listener(Listener listener) {
        this.listener = listener;
        return this;
    }

    /**
     * Sets the state shared with other instances that use the same providers; {@link SharedState#none()} by default.
     *
     * @param shared the shared state
     * @return this builder
     */
    public UnderstudyBuilder sharedState(SharedState shared) {
        this.sharedState = shared;
        return this;
    }

    /**
     * Continues the health records of an understudy that this one replaces, so that a change of settings forgets nothing: last
     * check, success and failure, failures in a row, response times, attempts in progress. The background health checks of
     * these providers pass to the new understudy when it is built. Records are continued only if both have one scheduler.
     *
     * @param predecessor the understudy that is replaced
     * @param providers names of the providers that are the same in both
     * @return this builder
     */
    public UnderstudyBuilder continueHealth(Understudy predecessor, Set<String> providers) {
        providers.forEach(provider -> predecessors.put(provider, predecessor));
        return this;
    }

    /**
     * Sets the scheduler that is clock and timer of the understudy; by default {@code Schedulers.parallel()}, looked up
     * at each use.
     *
     * @param scheduler the scheduler
     * @return this builder
     */
    public UnderstudyBuilder scheduler(Scheduler scheduler) {
        this.timeSource = new TimeSource(() -> scheduler);
        return this;
    }

    /**
     * Sets the source of randomness for jitter and selection; {@link ThreadLocalRandom} by default.
     *
     * @param random the source; used by several threads
     * @return this builder
     */
    public UnderstudyBuilder random(RandomGenerator random) {
        this.random = random;
        return this;
    }

    /**
     * Builds the understudy. Starts health checks if they are enabled; opens no connection otherwise.
     *
     * @return a new understudy
     * @throws IllegalStateException if no provider was added
     */
    public Understudy build() {
        if (providers.isEmpty()) {
            throw new IllegalStateException("An understudy needs at least one provider: call provider(…) first");
        }
        return new Understudy(this);
    }

    /** Returns the record that a provider continues, or a new one. Records are kept by the clock that they were begun with. */
    ProviderHealth health(ChatProvider provider, TimeSource time, long now) {
        Understudy predecessor = predecessors.get(provider.name());
        ProviderHealth known = predecessor == null ? null : predecessor.health(provider.name());
        return known != null && known.hasClock(time) ? known : new ProviderHealth(time, now);
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
                loading,
                circuit,
                failoverPolicy,
                selection,
                hedgingPolicy,
                healthChecks,
                contextWindow,
                new FailureTyping(failureClassifier),
                listener,
                StatePublisher.of(sharedState, name, timeSource),
                timeSource,
                random);
    }
}

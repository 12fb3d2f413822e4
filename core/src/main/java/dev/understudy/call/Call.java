package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.ProviderStatus;
import dev.understudy.guard.Nanos;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.TokenCounter;
import dev.understudy.pool.Cooldowns;
import dev.understudy.pool.PooledProvider;
import dev.understudy.pool.ProviderPool;
import dev.understudy.pool.Route;
import dev.understudy.trim.ConversationTrimmer;
import dev.understudy.trim.LearnedContextWindows;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One call in progress: state that its attempts share. Created at subscription.
 *
 * @param id number, model, mode and tags of the call
 * @param request the caller's request, which is never modified
 * @param plan routes that may be tried
 * @param started the instant of the subscription
 * @param deadline the instant when the call must be over, {@link Long#MAX_VALUE} for none
 * @param scope scope of the call for its providers
 * @param callerScope scope in which this understudy itself was called, as a provider of another
 * @param contextWindow policy for trimming
 * @param policies policies of the understudy
 * @param listener listeners of the understudy and of the call
 * @param memory knowledge of the understudy beyond this call
 * @param wasted log entries of hedged attempts that lost
 * @param resumedCall the call of the subscriber of which this one gives a part; {@code null} if it is the whole
 * @param ended true if the last event of the call was published
 */
public record Call(
        Event.CallId id,
        ChatRequest request,
        Plan plan,
        long started,
        long deadline,
        CallScope scope,
        CallScope callerScope,
        ContextWindow contextWindow,
        Policies policies,
        Listener listener,
        Memory memory,
        Queue<AttemptLog.Attempt> wasted,
        @Nullable ResumedCall resumedCall,
        AtomicBoolean ended)
        implements Decision.Resources {

    /**
     * Knowledge that an understudy keeps between calls.
     *
     * @param providerPool providers and the active one
     * @param cooldowns cooldowns of models
     * @param learnedContextWindows context windows learned from failures
     */
    public record Memory(ProviderPool providerPool, Cooldowns cooldowns, LearnedContextWindows learnedContextWindows) {

        /**
         * Forgets what failures taught about a provider: cooldowns and circuits of its models, learned context windows,
         * tokens taken from its limits, and what the provider itself has learned.
         *
         * @throws IllegalArgumentException if no provider has this name
         */
        public void forgetFailures(String provider, long now) {
            PooledProvider pooledProvider = providerPool.named(provider);
            cooldowns.reset(provider);
            learnedContextWindows.reset(provider);
            pooledProvider.limiter().reset(now);
            pooledProvider.forgetFailures(now);
            pooledProvider.provider().forgetFailures();
        }
    }

    /** Returns the request for a route, trimmed to its context window. */
    ConversationTrimmer.Outcome trimmed(Route route, Cursor cursor) {
        ConversationTrimmer.Shorter shortened = cursor.routeState().shortened();
        return shortened != null
                ? shortened
                : ConversationTrimmer.before(request.withModel(route.model()), contextWindow, window(route, cursor));
    }

    @Override
    public ConversationTrimmer.Outcome shorter(Cursor cursor) {
        Route route = plan.route(cursor.route());
        int dropped = cursor.droppedMessages(route);
        ConversationTrimmer.Outcome sent =
                dropped == 0 ? new ConversationTrimmer.Fits(request.withModel(route.model())) : trimmed(route, cursor);
        if (!(sent instanceof ConversationTrimmer.Shorter before)) {
            return ConversationTrimmer.after(sent.request(), contextWindow, window(route, cursor));
        }
        if (before.messages() > dropped) {
            return before; // the window became known meanwhile, and the request fits it now
        }
        ConversationTrimmer.Outcome less =
                ConversationTrimmer.after(before.request(), contextWindow, window(route, cursor));
        return less instanceof ConversationTrimmer.Shorter more ? before.then(more) : less;
    }

    @Override
    public FailureKind coolingDownAfter(Route route) {
        Cooldowns.Cooldown cooldown = memory.cooldowns.at(route.name(), route.model(), now());
        return cooldown == null ? FailureKind.RATE_LIMITED : cooldown.kind();
    }

    @Override
    public boolean isAvailable(Route route, Duration after) {
        long then = now() + Nanos.of(after);
        return !route.pooledProvider().isHeld(then)
                && route.circuit().remaining(then) == 0
                && route.pooledProvider().ownCircuit().remaining(then) == 0;
    }

    @Override
    public boolean queues(Route route) {
        ProviderOptions.RateLimits limits = route.pooledProvider().options().limits();
        return limits.queue() > 0 && !limits.queueWait().isZero();
    }

    @Override
    public double queueLength(Route route) {
        return route.pooledProvider().limiter().concurrency().load();
    }

    @Override
    public boolean refusesConnections(Route route) {
        return route.pooledProvider().health().refusesConnections()
                && !route.pooledProvider().isHeld(now())
                && route.circuit().reading(now()).state() != ProviderStatus.CircuitState.FORCED_OPEN;
    }

    @Override
    public @Nullable Integer window(Route route) {
        return memory.learnedContextWindows.known(
                route.name(), route.model(), route.capabilities().window(), now());
    }

    @Override
    public int tokens() {
        return contextWindow.counter().countAll(request.messages());
    }

    /** Returns the context window of a route, as this call knows it: overflows of its own attempts count as they are. */
    private @Nullable Integer window(Route route, Cursor cursor) {
        Integer window = window(route);
        for (AttemptLog.Attempt attempt : cursor.attemptLog().attempts()) {
            Integer reported = attempt.failure() == null
                    ? null
                    : attempt.failure().advice().window();
            if (reported != null
                    && attempt.provider().equals(route.name())
                    && attempt.model().equals(route.model())) {
                window = window == null ? reported : Integer.valueOf(Math.min(window, reported));
            }
        }
        return window;
    }

    @Override
    public boolean retryToken(Route route) {
        return route.pooledProvider().retryTokens().take(now());
    }

    @Override
    public boolean affordable(Route route, Cursor cursor) {
        return affordable(cursor, route);
    }

    /** Returns true if the cost limit of the call allows an attempt at each of these routes. */
    boolean affordable(Cursor cursor, Route... routes) {
        Double maxCost = policies.limits().maxCost();
        double expected = 0;
        for (Route route : routes) {
            Capabilities capabilities = route.capabilities();
            if (capabilities.price() != null) {
                expected += capabilities.cost(TokenCounter.characters().estimateUsage(request, capabilities));
            }
        }
        return maxCost == null || expected == 0 || spent(cursor.attemptLog()) + expected <= maxCost;
    }

    private double spent(AttemptLog attemptLog) {
        double sum = 0;
        for (AttemptLog.Attempt attempt : attemptLog.attempts()) {
            for (Route route : plan.routes()) {
                boolean same =
                        route.name().equals(attempt.provider()) && route.model().equals(attempt.model());
                if (same && route.capabilities().price() != null) {
                    sum += route.capabilities().price().cost(attempt.usage());
                }
            }
        }
        return sum;
    }

    void publish(Event event) {
        Listener.safely(listener, event);
    }

    /** Publishes the last event of the call, or hands it to the call of which this one is a part; further ones are ignored. */
    void end(Event event) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        if (resumedCall != null) {
            resumedCall.partEnded(event);
        } else {
            publish(event);
        }
    }

    long now() {
        return policies.timeSource().nanos();
    }

    Duration took() {
        return Duration.ofNanos(now() - started);
    }
}

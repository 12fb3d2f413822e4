package dev.understudy.call;

import dev.understudy.FixedRandom;
import dev.understudy.SilentProvider;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.guard.FailureTyping;
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
import dev.understudy.pool.Cooldowns;
import dev.understudy.pool.PoolEvents;
import dev.understudy.pool.PooledProvider;
import dev.understudy.pool.ProviderPool;
import dev.understudy.pool.Route;
import dev.understudy.pool.StatePublisher;
import dev.understudy.trim.ConversationTrimmer;
import dev.understudy.trim.LearnedContextWindows;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Parts of a client with default policies, for unit tests. */
public final class CallFixtures {

    static final Policies DEFAULTS = policies(Listener.none(), Selection.sequential(), CallLimits.none());

    private static final ChatRequest HELLO = ChatRequest.of("m", "hello");

    /** Unlimited resources; requests cannot be shortened. */
    static final Decision.Resources PLENTY = resources(true, new ConversationTrimmer.Irreducible(HELLO));

    static final Decision.Resources NO_RETRY_TOKENS = resources(false, new ConversationTrimmer.Irreducible(HELLO));

    /** Unlimited resources; requests can be shortened. */
    static final Decision.Resources SHORTER = resources(true, new ConversationTrimmer.Shorter(HELLO, 2, 10, true));

    private static Decision.Resources resources(boolean retryTokens, ConversationTrimmer.Outcome shorter) {
        return new Decision.Resources() {
            @Override
            public boolean retryToken(Route route) {
                return retryTokens;
            }

            @Override
            public FailureKind coolingDownAfter(Route route) {
                return FailureKind.RATE_LIMITED;
            }

            @Override
            public boolean isAvailable(Route route, Duration after) {
                return true;
            }

            @Override
            public boolean queues(Route route) {
                return false;
            }

            @Override
            public double queueLength(Route route) {
                return 0;
            }

            @Override
            public boolean refusesConnections(Route route) {
                return false;
            }

            @Override
            public boolean affordable(Route route, Cursor cursor) {
                return true;
            }

            @Override
            public @Nullable Integer window(Route route) {
                return route.capabilities().window();
            }

            @Override
            public int tokens() {
                return 500;
            }

            @Override
            public ConversationTrimmer.Outcome shorter(Cursor cursor) {
                return shorter;
            }
        };
    }

    private CallFixtures() {}

    static Policies policies(Listener listener, Selection selection, CallLimits limits) {
        return new Policies(
                "understudy",
                new Decision.Options(RetryPolicy.defaults(), 0, false, false),
                limits,
                RetryBudget.defaults(),
                TimeoutPolicy.defaults(),
                TimeoutPolicy.reasoning(),
                TimeoutPolicy.loading(),
                CircuitPolicy.defaults(),
                FailoverPolicy.defaults(),
                selection,
                HedgingPolicy.none(),
                HealthCheckPolicy.none(),
                ContextWindow.defaults(),
                new FailureTyping(error -> null),
                listener,
                StatePublisher.OFF,
                TimeSource.PARALLEL,
                new FixedRandom(0.5));
    }

    public static PooledProvider member(ChatProvider provider, ProviderOptions providerOptions) {
        PoolEvents events = new PoolEvents(DEFAULTS.understudy(), DEFAULTS.listener());
        return new PooledProvider.Factory(
                        DEFAULTS.retryBudget(),
                        DEFAULTS.circuit(),
                        events,
                        DEFAULTS.statePublisher(),
                        DEFAULTS.timeSource(),
                        DEFAULTS.random())
                .create(provider, providerOptions, 0);
    }

    static Route route(String name) {
        return route(name, Capabilities.assumed());
    }

    static Route route(String name, Capabilities capabilities) {
        return new Route(member(new SilentProvider(name), ProviderOptions.defaults()), "m", capabilities);
    }

    /** Returns a call for "hello" with default policies and without a deadline. */
    static Call call(Plan plan, Listener listener) {
        Policies policies = policies(listener, Selection.sequential(), CallLimits.none());
        ProviderPool providerPool = roster(
                plan.routes().stream().map(Route::pooledProvider).distinct().toArray(PooledProvider[]::new));
        return new Call(
                new Event.CallId(1, policies.understudy(), HELLO.model(), true, Map.of()),
                HELLO,
                plan,
                policies.timeSource().nanos(),
                Long.MAX_VALUE,
                CallScope.reportingTo(providerEvent -> {}),
                CallScope.reportingTo(providerEvent -> {}),
                policies.contextWindow(),
                policies,
                listener,
                new Call.Memory(providerPool, new Cooldowns(policies.statePublisher()), new LearnedContextWindows()),
                new ConcurrentLinkedQueue<>(),
                null,
                new AtomicBoolean());
    }

    static Plan plan(Route... routes) {
        return new Plan(
                List.of(routes), Collections.nCopies(routes.length, 0L), routes.length, routes[0], AttemptLog.empty());
    }

    public static ProviderPool roster(PooledProvider... members) {
        PoolEvents events = new PoolEvents(DEFAULTS.understudy(), DEFAULTS.listener());
        return new ProviderPool(List.of(members), DEFAULTS.failoverPolicy(), events, DEFAULTS.statePublisher(), 0);
    }
}

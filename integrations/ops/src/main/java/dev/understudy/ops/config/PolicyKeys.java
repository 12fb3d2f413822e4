package dev.understudy.ops.config;

import dev.understudy.policy.CallLimits;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.ContextWindow.Overflow;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.RetryBudget;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Keys of policies that map to one record each, key by component. */
public final class PolicyKeys {

    static final ConfigKey<Boolean> AUTOMATIC_FAILOVER = ConfigKey.of(
            "automatic",
            ScalarTypes.FLAG,
            FailoverPolicy.defaults().automatic(),
            "true fails over to the next provider when the active one fails");
    public static final ConfigKey<Integer> MAX_CONSECUTIVE_FAILURES = ConfigKey.of(
            "maxConsecutiveFailures",
            ScalarTypes.whole(1),
            FailoverPolicy.defaults().maxConsecutiveFailures(),
            "number of consecutive failures after which the next healthy provider becomes the active one");

    static final ObjectType<RetryPolicy> RETRY = retry(RetryPolicy.defaults());
    static final ObjectType<TimeoutPolicy> TIMEOUTS =
            timeouts("timeouts", "time limits of one attempt", TimeoutPolicy.defaults());
    static final ObjectType<TimeoutPolicy> REASONING_TIMEOUTS = timeouts(
            "reasoningTimeouts",
            "time limits of one attempt, for models with the feature `reasoning`",
            TimeoutPolicy.reasoning());
    static final ObjectType<TimeoutPolicy> LOADING_TIMEOUTS = timeouts(
            "loadingTimeouts",
            "time limits of one attempt, for models with the feature `loading`",
            TimeoutPolicy.loading());
    static final ObjectType<HedgingPolicy> HEDGING = hedging(HedgingPolicy.none());
    static final ObjectType<Budget> BUDGET = budget(RetryBudget.defaults());
    static final ObjectType<FailoverPolicy> FAILOVER = failover(FailoverPolicy.defaults());
    static final ObjectType<ProviderOptions.RateLimits> RATE_LIMITS = rateLimits();
    static final ObjectType<ContextWindow> CONTEXT_WINDOW = contextWindow(ContextWindow.defaults());

    /** Both policies of the {@code budget} section. */
    record Budget(CallLimits limits, RetryBudget retries) {

        static final Budget DEFAULTS = new Budget(CallLimits.none(), RetryBudget.defaults());
    }

    private PolicyKeys() {}

    /** Maps the configuration's 0 to no limit. */
    private static @Nullable Integer limit(int number) {
        return number == 0 ? null : number;
    }

    private static ObjectType<RetryPolicy> retry(RetryPolicy defaults) {
        ConfigKey<Integer> retries = ConfigKey.of(
                "retries",
                ScalarTypes.whole(0),
                defaults.retries(),
                "number of retries on the same route (provider and model)");
        ConfigKey<Duration> base = ConfigKey.of(
                "base", ScalarTypes.DURATION, defaults.base(), "first back-off delay; doubles with each retry");
        ConfigKey<Duration> cap =
                ConfigKey.of("cap", ScalarTypes.DURATION, defaults.cap(), "longest back-off delay; at least `base`");
        ConfigKey<RetryPolicy.Jitter> jitter = ConfigKey.of(
                "jitter",
                ScalarTypes.choice(RetryPolicy.Jitter.class),
                defaults.jitter(),
                "randomisation of the back-off delay");
        ConfigKey<Duration> maxInPlaceWait = ConfigKey.of(
                "maxInPlaceWait",
                ScalarTypes.PAUSE,
                defaults.maxInPlaceWait(),
                "longest Retry-After that is waited for on the same route; a longer one sends the call to the next route");
        ConfigKey<Duration> maxWait = ConfigKey.of(
                "maxWait",
                ScalarTypes.PAUSE,
                defaults.maxWait(),
                "longest Retry-After that is waited for when no other route is left; with a longer one the call fails at once. "
                        + "The caller receives nothing while the call waits");
        ConfigKey<Duration> reconnectWait = ConfigKey.of(
                "reconnectWait",
                ScalarTypes.PAUSE,
                defaults.reconnectWait(),
                "time for which a call asks again while every route refuses connections; 0s for never");
        return new ObjectType<>(
                "retry",
                "retries on the same route",
                List.of(retries, base, cap, jitter, maxInPlaceWait, maxWait, reconnectWait),
                values -> new RetryPolicy(
                        values.get(retries),
                        values.get(base),
                        values.get(cap),
                        values.get(jitter),
                        values.get(maxInPlaceWait),
                        values.get(maxWait),
                        values.get(reconnectWait)));
    }

    private static ObjectType<TimeoutPolicy> timeouts(String name, String doc, TimeoutPolicy defaults) {
        ConfigKey<Duration> firstContent = ConfigKey.of(
                "firstContent",
                ScalarTypes.DURATION,
                defaults.firstContent(),
                "time from the request to the first content of a stream");
        ConfigKey<Duration> idle =
                ConfigKey.of("idle", ScalarTypes.DURATION, defaults.idle(), "time between two pieces of content");
        ConfigKey<Duration> idleInToolCall = ConfigKey.of(
                "idleInToolCall",
                ScalarTypes.DURATION,
                defaults.idleInToolCall(),
                "time without content while a tool call is incomplete; `idle` where that is longer");
        ConfigKey<Duration> idleInReasoning = ConfigKey.of(
                "idleInReasoning",
                ScalarTypes.DURATION,
                defaults.idleInReasoning(),
                "time without content after reasoning; `idle` where that is longer");
        ConfigKey<Duration> headers = ConfigKey.optional(
                "headers",
                ScalarTypes.DURATION,
                "time from the request to the headers of a streamed response; `firstContent` alone if left out");
        ConfigKey<Duration> response = ConfigKey.of(
                "response",
                ScalarTypes.DURATION,
                defaults.response(),
                "time from the request to an answer that is not streamed");
        ConfigKey<Duration> total =
                ConfigKey.of("total", ScalarTypes.DURATION, defaults.total(), "time of one attempt, streamed or not");
        ConfigKey<Double> deadlineShare = ConfigKey.of(
                "deadlineShare",
                ScalarTypes.number("(0,1]", "above 0 and at most 1"),
                defaults.deadlineShare(),
                "share of the time left to a call's deadline that an attempt may take while other routes could be asked");
        return new ObjectType<>(
                name,
                doc,
                List.of(firstContent, idle, idleInToolCall, idleInReasoning, response, total, deadlineShare, headers),
                values -> new TimeoutPolicy(
                        values.get(firstContent),
                        values.get(idle),
                        values.get(idleInToolCall),
                        values.get(idleInReasoning),
                        values.get(response),
                        values.get(total),
                        values.get(deadlineShare),
                        values.find(headers)));
    }

    private static ObjectType<HedgingPolicy> hedging(HedgingPolicy defaults) {
        ConfigKey<Boolean> enabled =
                ConfigKey.of("enabled", ScalarTypes.FLAG, defaults.enabled(), "true hedges slow calls");
        ConfigKey<Double> percentile = ConfigKey.of(
                "percentile",
                ScalarTypes.number("(0,1)", "between 0 and 1"),
                defaults.percentile(),
                "share of the provider's last 100 calls that a call must be slower than");
        ConfigKey<Duration> atLeast = ConfigKey.of(
                "atLeast", ScalarTypes.PAUSE, defaults.atLeast(), "shortest delay before the second request");
        ConfigKey<Double> maxExtra = ConfigKey.of(
                "maxExtra",
                ScalarTypes.number("(0,1]", "above 0 and at most 1"),
                defaults.maxExtra(),
                "largest share of calls that are hedged");
        return new ObjectType<>(
                "hedging",
                "second requests to another provider when the first is slow; each may be billed",
                List.of(enabled, percentile, atLeast, maxExtra),
                values -> new HedgingPolicy(
                        values.get(enabled), values.get(percentile), values.get(atLeast), values.get(maxExtra)));
    }

    private static ObjectType<Budget> budget(RetryBudget defaults) {
        ValueType<Double> amount = ScalarTypes.number("[0", "0 or more");
        ConfigKey<Boolean> enabled = ConfigKey.of(
                "enabled", ScalarTypes.FLAG, true, "false limits retries only by the retry policy of each call");
        ConfigKey<Double> share = ConfigKey.of(
                "share", amount, Objects.requireNonNull(defaults.share()), "retry tokens added by each first attempt");
        ConfigKey<Double> floor =
                ConfigKey.of("floor", amount, defaults.floor(), "retry tokens added per second at least");
        ConfigKey<Duration> memory = ConfigKey.of(
                "memory",
                ScalarTypes.DURATION,
                defaults.memory(),
                "time for which tokens of `floor` accumulate; 1s or more");
        ObjectType<ConfigValues> tokens = new ObjectType<>(
                "retryTokens",
                "retry budget of a provider, shared by all calls",
                List.of(enabled, share, floor, memory),
                values -> {
                    if (values.get(memory).compareTo(Duration.ofSeconds(1)) < 0) {
                        throw new IllegalArgumentException("memory is at least a second");
                    }
                    return values;
                });
        ConfigKey<Integer> maxAttempts = ConfigKey.of(
                "maxAttempts", ScalarTypes.whole(0), 0, "largest number of attempts of one call; 0 for no limit");
        ConfigKey<Duration> callTimeout = ConfigKey.optional(
                "callTimeout", ScalarTypes.DURATION, "time limit of one call with all its attempts and waits");
        ConfigKey<Double> maxCost = ConfigKey.of(
                "maxCost", amount, 0.0, "largest cost of one call, in the currency of the prices; 0 for no limit");
        ConfigKey<ConfigValues> retryTokens = ConfigKey.of("retryTokens", tokens, ConfigValues.NONE, tokens.doc());
        return new ObjectType<>(
                "budget",
                "limits of one call, and the retry budget of all calls",
                List.of(maxAttempts, callTimeout, maxCost, retryTokens),
                values -> {
                    ConfigValues retry = values.get(retryTokens);
                    double cost = values.get(maxCost);
                    return new Budget(
                            new CallLimits(
                                    limit(values.get(maxAttempts)), values.find(callTimeout), cost == 0 ? null : cost),
                            new RetryBudget(
                                    retry.get(enabled) ? retry.get(share) : null, retry.get(floor), retry.get(memory)));
                });
    }

    private static ObjectType<FailoverPolicy> failover(FailoverPolicy defaults) {
        ConfigKey<Boolean> returns = ConfigKey.of(
                "returns",
                ScalarTypes.FLAG,
                defaults.returns(),
                "true makes the primary active again after it has recovered");
        ConfigKey<Duration> returnAfter = ConfigKey.of(
                "returnAfter",
                ScalarTypes.PAUSE,
                defaults.returnAfter(),
                "time after the last failure of the primary until it is called again, without health checks");
        return new ObjectType<>(
                "failover",
                "choice of the active provider, and failover to others",
                List.of(AUTOMATIC_FAILOVER, MAX_CONSECUTIVE_FAILURES, returns, returnAfter),
                values -> new FailoverPolicy(
                        values.get(AUTOMATIC_FAILOVER),
                        values.get(MAX_CONSECUTIVE_FAILURES),
                        values.get(returns),
                        values.get(returnAfter)));
    }

    private static ObjectType<ProviderOptions.RateLimits> rateLimits() {
        ConfigKey<Integer> requests = ConfigKey.of(
                "requestsPerMinute", ScalarTypes.whole(0), 0, "largest number of attempts per minute; 0 for no limit");
        ConfigKey<Integer> tokens = ConfigKey.of(
                "tokensPerMinute",
                ScalarTypes.whole(0),
                0,
                "largest number of tokens of prompt and answer per minute; 0 for no limit");
        ConfigKey<Integer> concurrent = ConfigKey.of(
                "concurrent", ScalarTypes.whole(0), 0, "largest number of concurrent attempts; 0 for no limit");
        ProviderOptions.RateLimits defaults = ProviderOptions.RateLimits.none();
        ConfigKey<Integer> queue = ConfigKey.of(
                "queue",
                ScalarTypes.whole(0),
                defaults.queue(),
                "largest number of calls that wait for one of the `concurrent` attempts when no other route is left");
        ConfigKey<Duration> queueWait = ConfigKey.of(
                "queueWait", ScalarTypes.PAUSE, defaults.queueWait(), "longest time that a call waits in that queue");
        return new ObjectType<>(
                "limits",
                "rate limits of a provider; a provider over a limit is skipped, or waited for when no other is left",
                List.of(requests, tokens, concurrent, queue, queueWait),
                values -> new ProviderOptions.RateLimits(
                        limit(values.get(requests)),
                        limit(values.get(tokens)),
                        limit(values.get(concurrent)),
                        values.get(queue),
                        values.get(queueWait)));
    }

    /** The token counter is not configurable; {@code Agents.Builder.customize} sets it. */
    private static ObjectType<ContextWindow> contextWindow(ContextWindow defaults) {
        ConfigKey<Integer> tokens =
                ConfigKey.optional("tokens", ScalarTypes.whole(1), "largest number of prompt tokens that are sent");
        ConfigKey<Boolean> modelWindow = ConfigKey.of(
                "modelWindow",
                ScalarTypes.FLAG,
                defaults.modelWindow(),
                "true limits the prompt to the context window of the model where it is known");
        ConfigKey<Overflow> overflow = ConfigKey.of(
                "overflow",
                ScalarTypes.choice(Overflow.class),
                defaults.overflow(),
                "reaction to a context overflow when no route has a larger window");
        ConfigKey<Integer> reserve = ConfigKey.of(
                "reserve",
                ScalarTypes.whole(0),
                defaults.reserve(),
                "tokens of the window that are reserved for the answer when the request has no `maxTokens`");
        return new ObjectType<>(
                "contextWindow",
                "trimming of conversations that exceed the context window",
                List.of(tokens, modelWindow, overflow, reserve),
                values -> new ContextWindow(
                        values.find(tokens),
                        values.get(modelWindow),
                        values.get(overflow),
                        values.get(reserve),
                        defaults.counter()));
    }
}

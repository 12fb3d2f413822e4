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
            "whether others are asked when the active provider fails");
    public static final ConfigKey<Integer> MAX_CONSECUTIVE_FAILURES = ConfigKey.of(
            "maxConsecutiveFailures",
            ScalarTypes.whole(1),
            FailoverPolicy.defaults().maxConsecutiveFailures(),
            "after so many failures in a row the next healthy provider becomes the active one");

    static final ObjectType<RetryPolicy> RETRY = retry(RetryPolicy.defaults());
    static final ObjectType<TimeoutPolicy> TIMEOUTS =
            timeouts("timeouts", "how long silence is borne", TimeoutPolicy.defaults());
    static final ObjectType<TimeoutPolicy> REASONING_TIMEOUTS = timeouts(
            "reasoningTimeouts", "the same for models that think before they answer", TimeoutPolicy.reasoning());
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
                "how often one provider is asked again for one model");
        ConfigKey<Duration> base = ConfigKey.of(
                "base", ScalarTypes.DURATION, defaults.base(), "the first back-off, doubled with each retry");
        ConfigKey<Duration> cap =
                ConfigKey.of("cap", ScalarTypes.DURATION, defaults.cap(), "the longest back-off, at least `base`");
        ConfigKey<RetryPolicy.Jitter> jitter = ConfigKey.of(
                "jitter",
                ScalarTypes.choice(RetryPolicy.Jitter.class),
                defaults.jitter(),
                "how chance spreads the back-off");
        ConfigKey<Duration> maxInPlaceWait = ConfigKey.of(
                "maxInPlaceWait",
                ScalarTypes.PAUSE,
                defaults.maxInPlaceWait(),
                "a Retry-After up to this is waited for; a longer one sends the call to the next route");
        ConfigKey<Duration> maxWait = ConfigKey.of(
                "maxWait",
                ScalarTypes.PAUSE,
                defaults.maxWait(),
                "the longest wait of all, when no other route is left");
        return new ObjectType<>(
                "retry",
                "how often and after what time the same route is asked again",
                List.of(retries, base, cap, jitter, maxInPlaceWait, maxWait),
                values -> new RetryPolicy(
                        values.get(retries),
                        values.get(base),
                        values.get(cap),
                        values.get(jitter),
                        values.get(maxInPlaceWait),
                        values.get(maxWait)));
    }

    private static ObjectType<TimeoutPolicy> timeouts(String name, String doc, TimeoutPolicy defaults) {
        ConfigKey<Duration> firstContent = ConfigKey.of(
                "firstContent",
                ScalarTypes.DURATION,
                defaults.firstContent(),
                "from the request to the first content of a stream");
        ConfigKey<Duration> idle =
                ConfigKey.of("idle", ScalarTypes.DURATION, defaults.idle(), "between two pieces of content");
        ConfigKey<Duration> response = ConfigKey.of(
                "response", ScalarTypes.DURATION, defaults.response(), "from the request to a whole answer");
        ConfigKey<Duration> total =
                ConfigKey.of("total", ScalarTypes.DURATION, defaults.total(), "the whole of one attempt");
        return new ObjectType<>(
                name,
                doc,
                List.of(firstContent, idle, response, total),
                values -> new TimeoutPolicy(
                        values.get(firstContent), values.get(idle), values.get(response), values.get(total)));
    }

    private static ObjectType<HedgingPolicy> hedging(HedgingPolicy defaults) {
        String doc = "whether a second provider is asked when the first is slow";
        ConfigKey<Boolean> enabled = ConfigKey.of("enabled", ScalarTypes.FLAG, defaults.enabled(), doc);
        ConfigKey<Double> percentile = ConfigKey.of(
                "percentile",
                ScalarTypes.number("(0,1)", "between 0 and 1"),
                defaults.percentile(),
                "slower than this share of the provider's last hundred calls");
        ConfigKey<Duration> atLeast =
                ConfigKey.of("atLeast", ScalarTypes.PAUSE, defaults.atLeast(), "never earlier than this");
        ConfigKey<Double> maxExtra = ConfigKey.of(
                "maxExtra",
                ScalarTypes.number("(0,1]", "above 0 and at most 1"),
                defaults.maxExtra(),
                "hedges as a share of all calls");
        return new ObjectType<>(
                "hedging",
                doc + "; each hedge may be billed",
                List.of(enabled, percentile, atLeast, maxExtra),
                values -> new HedgingPolicy(
                        values.get(enabled), values.get(percentile), values.get(atLeast), values.get(maxExtra)));
    }

    private static ObjectType<Budget> budget(RetryBudget defaults) {
        ValueType<Double> amount = ScalarTypes.number("[0", "0 or more");
        ConfigKey<Boolean> enabled =
                ConfigKey.of("enabled", ScalarTypes.FLAG, true, "false bounds retries by the policy of each call only");
        ConfigKey<Double> share = ConfigKey.of(
                "share", amount, Objects.requireNonNull(defaults.share()), "tokens that a first try earns");
        ConfigKey<Double> floor =
                ConfigKey.of("floor", amount, defaults.floor(), "tokens that a second earns at least");
        ConfigKey<Duration> memory = ConfigKey.of(
                "memory",
                ScalarTypes.DURATION,
                defaults.memory(),
                "for how long time's tokens are saved up, 1s or more");
        ObjectType<ConfigValues> tokens = new ObjectType<>(
                "retryTokens",
                "how many retries all calls together may add to a provider's load",
                List.of(enabled, share, floor, memory),
                values -> {
                    if (values.get(memory).compareTo(Duration.ofSeconds(1)) < 0) {
                        throw new IllegalArgumentException("memory is at least a second");
                    }
                    return values;
                });
        ConfigKey<Integer> maxAttempts =
                ConfigKey.of("maxAttempts", ScalarTypes.whole(0), 0, "attempts of one call; 0 for no limit");
        ConfigKey<Duration> callTimeout =
                ConfigKey.optional("callTimeout", ScalarTypes.DURATION, "of one call, all attempts and waits together");
        ConfigKey<Double> maxCost =
                ConfigKey.of("maxCost", amount, 0.0, "of one call, in the currency of the prices; 0 for no limit");
        ConfigKey<ConfigValues> retryTokens = ConfigKey.of("retryTokens", tokens, ConfigValues.NONE, tokens.doc());
        return new ObjectType<>(
                "budget",
                "what one call may use up, and how many retries all calls may add",
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
                "whether the primary becomes active again when it has recovered");
        ConfigKey<Duration> returnAfter = ConfigKey.of(
                "returnAfter",
                ScalarTypes.PAUSE,
                defaults.returnAfter(),
                "without health checks, how long after its last failure it is tried again");
        return new ObjectType<>(
                "failover",
                "who is asked first, and who after a failure",
                List.of(AUTOMATIC_FAILOVER, MAX_CONSECUTIVE_FAILURES, returns, returnAfter),
                values -> new FailoverPolicy(
                        values.get(AUTOMATIC_FAILOVER),
                        values.get(MAX_CONSECUTIVE_FAILURES),
                        values.get(returns),
                        values.get(returnAfter)));
    }

    private static ObjectType<ProviderOptions.RateLimits> rateLimits() {
        ConfigKey<Integer> requests =
                ConfigKey.of("requestsPerMinute", ScalarTypes.whole(0), 0, "attempts in a minute; 0 for no limit");
        ConfigKey<Integer> tokens = ConfigKey.of(
                "tokensPerMinute", ScalarTypes.whole(0), 0, "tokens of prompt and answer in a minute; 0 for no limit");
        ConfigKey<Integer> concurrent =
                ConfigKey.of("concurrent", ScalarTypes.whole(0), 0, "attempts at once; 0 for no limit");
        return new ObjectType<>(
                "limits",
                "what a provider may be asked for; over a limit it is skipped",
                List.of(requests, tokens, concurrent),
                values -> new ProviderOptions.RateLimits(
                        limit(values.get(requests)), limit(values.get(tokens)), limit(values.get(concurrent))));
    }

    /** The token counter is not configurable; {@code Agents.Builder.customize} sets it. */
    private static ObjectType<ContextWindow> contextWindow(ContextWindow defaults) {
        ConfigKey<Integer> tokens =
                ConfigKey.optional("tokens", ScalarTypes.whole(1), "at most so many tokens of prompt are sent");
        ConfigKey<Boolean> modelWindow = ConfigKey.of(
                "modelWindow",
                ScalarTypes.FLAG,
                defaults.modelWindow(),
                "whether the model's window is a limit where it is known");
        ConfigKey<Overflow> overflow = ConfigKey.of(
                "overflow",
                ScalarTypes.choice(Overflow.class),
                defaults.overflow(),
                "what follows when a vendor says that it is too long and nobody has a larger window");
        ConfigKey<Integer> reserve = ConfigKey.of(
                "reserve",
                ScalarTypes.whole(0),
                defaults.reserve(),
                "tokens of the window that are kept for the answer when the request names no `maxTokens`");
        return new ObjectType<>(
                "contextWindow",
                "what becomes of a conversation that is too long: the trim policy",
                List.of(tokens, modelWindow, overflow, reserve),
                values -> new ContextWindow(
                        values.find(tokens),
                        values.get(modelWindow),
                        values.get(overflow),
                        values.get(reserve),
                        defaults.counter()));
    }
}

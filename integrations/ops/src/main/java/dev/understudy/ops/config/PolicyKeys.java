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

/** The sections that mirror one policy record each, key by component. */
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
    static final ObjectType<HedgingPolicy> HEDGING = hedging(HedgingPolicy.off());
    static final ObjectType<Budget> BUDGET = budget(RetryBudget.defaults());
    static final ObjectType<FailoverPolicy> FAILOVER = failover(FailoverPolicy.defaults());
    static final ObjectType<ProviderOptions.RateLimits> RATE_LIMITS = rateLimits();
    static final ObjectType<ContextWindow> CONTEXT_WINDOW = contextWindow(ContextWindow.auto());

    /** Both policies of the {@code budget} section. */
    record Budget(CallLimits limits, RetryBudget retries) {

        static final Budget DEFAULTS = new Budget(CallLimits.none(), RetryBudget.defaults());
    }

    private PolicyKeys() {}

    /** Maps the configuration's 0 to no limit. */
    private static @Nullable Integer limit(int number) {
        return number == 0 ? null : number;
    }

    private static ObjectType<RetryPolicy> retry(RetryPolicy usual) {
        ConfigKey<Integer> retries = ConfigKey.of(
                "retries",
                ScalarTypes.whole(0),
                usual.retries(),
                "how often one provider is asked again for one model");
        ConfigKey<Duration> base =
                ConfigKey.of("base", ScalarTypes.DURATION, usual.base(), "the first back-off, doubled with each retry");
        ConfigKey<Duration> cap =
                ConfigKey.of("cap", ScalarTypes.DURATION, usual.cap(), "the longest back-off, at least `base`");
        ConfigKey<RetryPolicy.Jitter> jitter = ConfigKey.of(
                "jitter",
                ScalarTypes.choice(RetryPolicy.Jitter.class),
                usual.jitter(),
                "how chance spreads the back-off");
        ConfigKey<Duration> maxInPlaceWait = ConfigKey.of(
                "maxInPlaceWait",
                ScalarTypes.PAUSE,
                usual.maxInPlaceWait(),
                "a Retry-After up to this is waited for; a longer one sends the call to the next route");
        ConfigKey<Duration> maxWait = ConfigKey.of(
                "maxWait", ScalarTypes.PAUSE, usual.maxWait(), "the longest wait of all, when no other route is left");
        return new ObjectType<>(
                "retry",
                "how often and after what time the same route is asked again",
                List.of(retries, base, cap, jitter, maxInPlaceWait, maxWait),
                said -> new RetryPolicy(
                        said.get(retries),
                        said.get(base),
                        said.get(cap),
                        said.get(jitter),
                        said.get(maxInPlaceWait),
                        said.get(maxWait)));
    }

    private static ObjectType<TimeoutPolicy> timeouts(String name, String doc, TimeoutPolicy usual) {
        ConfigKey<Duration> firstContent = ConfigKey.of(
                "firstContent",
                ScalarTypes.DURATION,
                usual.firstContent(),
                "from the request to the first content of a stream");
        ConfigKey<Duration> idle =
                ConfigKey.of("idle", ScalarTypes.DURATION, usual.idle(), "between two pieces of content");
        ConfigKey<Duration> response =
                ConfigKey.of("response", ScalarTypes.DURATION, usual.response(), "from the request to a whole answer");
        ConfigKey<Duration> total =
                ConfigKey.of("total", ScalarTypes.DURATION, usual.total(), "the whole of one attempt");
        return new ObjectType<>(
                name,
                doc,
                List.of(firstContent, idle, response, total),
                said -> new TimeoutPolicy(said.get(firstContent), said.get(idle), said.get(response), said.get(total)));
    }

    private static ObjectType<HedgingPolicy> hedging(HedgingPolicy usual) {
        String doc = "whether a second provider is asked when the first is slow";
        ConfigKey<Boolean> enabled = ConfigKey.of("enabled", ScalarTypes.FLAG, usual.enabled(), doc);
        ConfigKey<Double> percentile = ConfigKey.of(
                "percentile",
                ScalarTypes.number("(0,1)", "between 0 and 1"),
                usual.percentile(),
                "slower than this share of the provider's last hundred calls");
        ConfigKey<Duration> atLeast =
                ConfigKey.of("atLeast", ScalarTypes.PAUSE, usual.atLeast(), "never earlier than this");
        ConfigKey<Double> maxExtra = ConfigKey.of(
                "maxExtra",
                ScalarTypes.number("(0,1]", "above 0 and at most 1"),
                usual.maxExtra(),
                "hedges as a share of all calls");
        return new ObjectType<>(
                "hedging",
                doc + "; each hedge may be billed",
                List.of(enabled, percentile, atLeast, maxExtra),
                said -> new HedgingPolicy(
                        said.get(enabled), said.get(percentile), said.get(atLeast), said.get(maxExtra)));
    }

    private static ObjectType<Budget> budget(RetryBudget usual) {
        ValueType<Double> amount = ScalarTypes.number("[0", "0 or more");
        ConfigKey<Boolean> enabled =
                ConfigKey.of("enabled", ScalarTypes.FLAG, true, "false bounds retries by the policy of each call only");
        ConfigKey<Double> share =
                ConfigKey.of("share", amount, Objects.requireNonNull(usual.share()), "tokens that a first try earns");
        ConfigKey<Double> floor = ConfigKey.of("floor", amount, usual.floor(), "tokens that a second earns at least");
        ConfigKey<Duration> memory = ConfigKey.of(
                "memory", ScalarTypes.DURATION, usual.memory(), "for how long time's tokens are saved up, 1s or more");
        ObjectType<ConfigValues> tokens = new ObjectType<>(
                "retryTokens",
                "how many retries all calls together may add to a provider's load",
                List.of(enabled, share, floor, memory),
                said -> {
                    if (said.get(memory).compareTo(Duration.ofSeconds(1)) < 0) {
                        throw new IllegalArgumentException("memory is at least a second");
                    }
                    return said;
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
                said -> {
                    ConfigValues retry = said.get(retryTokens);
                    double cost = said.get(maxCost);
                    return new Budget(
                            new CallLimits(
                                    limit(said.get(maxAttempts)), said.find(callTimeout), cost == 0 ? null : cost),
                            new RetryBudget(
                                    retry.get(enabled) ? retry.get(share) : null, retry.get(floor), retry.get(memory)));
                });
    }

    private static ObjectType<FailoverPolicy> failover(FailoverPolicy usual) {
        ConfigKey<Boolean> returns = ConfigKey.of(
                "returns",
                ScalarTypes.FLAG,
                usual.returns(),
                "whether the primary becomes active again when it has recovered");
        ConfigKey<Duration> returnAfter = ConfigKey.of(
                "returnAfter",
                ScalarTypes.PAUSE,
                usual.returnAfter(),
                "without health checks, how long after its last failure it is tried again");
        return new ObjectType<>(
                "failover",
                "who is asked first, and who after a failure",
                List.of(AUTOMATIC_FAILOVER, MAX_CONSECUTIVE_FAILURES, returns, returnAfter),
                said -> new FailoverPolicy(
                        said.get(AUTOMATIC_FAILOVER),
                        said.get(MAX_CONSECUTIVE_FAILURES),
                        said.get(returns),
                        said.get(returnAfter)));
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
                said -> new ProviderOptions.RateLimits(
                        limit(said.get(requests)), limit(said.get(tokens)), limit(said.get(concurrent))));
    }

    /** The token counter is set in code, when agents are opened. */
    private static ObjectType<ContextWindow> contextWindow(ContextWindow usual) {
        ConfigKey<Integer> tokens =
                ConfigKey.optional("tokens", ScalarTypes.whole(1), "at most so many tokens of prompt are sent");
        ConfigKey<Boolean> modelWindow = ConfigKey.of(
                "modelWindow",
                ScalarTypes.FLAG,
                usual.modelWindow(),
                "whether the model's window is a limit where it is known");
        ConfigKey<Overflow> overflow = ConfigKey.of(
                "overflow",
                ScalarTypes.choice(Overflow.class),
                usual.overflow(),
                "what follows when a vendor says that it is too long and nobody has a larger window");
        ConfigKey<Integer> reserve = ConfigKey.of(
                "reserve",
                ScalarTypes.whole(0),
                usual.reserve(),
                "tokens of the window that are kept for the answer when the request names no `maxTokens`");
        return new ObjectType<>(
                "contextWindow",
                "what becomes of a conversation that is too long: the trim policy",
                List.of(tokens, modelWindow, overflow, reserve),
                said -> new ContextWindow(
                        said.find(tokens),
                        said.get(modelWindow),
                        said.get(overflow),
                        said.get(reserve),
                        usual.counter()));
    }
}

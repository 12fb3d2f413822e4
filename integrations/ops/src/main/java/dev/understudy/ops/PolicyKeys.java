package dev.understudy.ops;

import dev.understudy.CallLimits;
import dev.understudy.ContextWindow;
import dev.understudy.ContextWindow.Overflow;
import dev.understudy.Failover;
import dev.understudy.Hedging;
import dev.understudy.RateLimits;
import dev.understudy.RetryBudget;
import dev.understudy.RetryPolicy;
import dev.understudy.Timeouts;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The sections that mirror one policy record each, key by component. */
final class PolicyKeys {

    static final Key<Boolean> AUTOMATIC_FAILOVER = Key.of(
            "automatic",
            Scalars.FLAG,
            Failover.defaults().automatic(),
            "whether others are asked when the active provider fails");
    static final Key<Integer> MAX_CONSECUTIVE_FAILURES = Key.of(
            "maxConsecutiveFailures",
            Scalars.whole(1),
            Failover.defaults().maxConsecutiveFailures(),
            "after so many failures in a row the next healthy provider becomes the active one");

    static final Section<RetryPolicy> RETRY = retry(RetryPolicy.defaults());
    static final Section<Timeouts> TIMEOUTS = timeouts("timeouts", "how long silence is borne", Timeouts.defaults());
    static final Section<Timeouts> REASONING_TIMEOUTS =
            timeouts("reasoningTimeouts", "the same for models that think before they answer", Timeouts.reasoning());
    static final Section<Hedging> HEDGING = hedging(Hedging.off());
    static final Section<Budget> BUDGET = budget(RetryBudget.defaults());
    static final Section<Failover> FAILOVER = failover(Failover.defaults());
    static final Section<RateLimits> RATE_LIMITS = rateLimits();
    static final Section<ContextWindow> CONTEXT_WINDOW = contextWindow(ContextWindow.auto());

    /** Both policies of the {@code budget} section. */
    record Budget(CallLimits limits, RetryBudget retries) {

        static final Budget DEFAULTS = new Budget(CallLimits.none(), RetryBudget.defaults());
    }

    private PolicyKeys() {}

    /** Maps the configuration's 0 to no limit. */
    private static @Nullable Integer limit(int number) {
        return number == 0 ? null : number;
    }

    private static Section<RetryPolicy> retry(RetryPolicy usual) {
        Key<Integer> retries = Key.of(
                "retries", Scalars.whole(0), usual.retries(), "how often one provider is asked again for one model");
        Key<Duration> base =
                Key.of("base", Scalars.DURATION, usual.base(), "the first back-off, doubled with each retry");
        Key<Duration> cap = Key.of("cap", Scalars.DURATION, usual.cap(), "the longest back-off, at least `base`");
        Key<RetryPolicy.Jitter> jitter = Key.of(
                "jitter", Scalars.choice(RetryPolicy.Jitter.class), usual.jitter(), "how chance spreads the back-off");
        Key<Duration> patience = Key.of(
                "patience",
                Scalars.PAUSE,
                usual.patience(),
                "a Retry-After up to this is waited for; a longer one sends the call to the next route");
        Key<Duration> maxWait = Key.of(
                "maxWait", Scalars.PAUSE, usual.maxWait(), "the longest wait of all, when no other route is left");
        return new Section<>(
                "retry",
                "how often and after what time the same route is asked again",
                List.of(retries, base, cap, jitter, patience, maxWait),
                said -> new RetryPolicy(
                        said.get(retries),
                        said.get(base),
                        said.get(cap),
                        said.get(jitter),
                        said.get(patience),
                        said.get(maxWait)));
    }

    private static Section<Timeouts> timeouts(String name, String doc, Timeouts usual) {
        Key<Duration> firstContent = Key.of(
                "firstContent",
                Scalars.DURATION,
                usual.firstContent(),
                "from the request to the first content of a stream");
        Key<Duration> idle = Key.of("idle", Scalars.DURATION, usual.idle(), "between two pieces of content");
        Key<Duration> response =
                Key.of("response", Scalars.DURATION, usual.response(), "from the request to a whole answer");
        Key<Duration> total = Key.of("total", Scalars.DURATION, usual.total(), "the whole of one attempt");
        return new Section<>(
                name,
                doc,
                List.of(firstContent, idle, response, total),
                said -> new Timeouts(said.get(firstContent), said.get(idle), said.get(response), said.get(total)));
    }

    private static Section<Hedging> hedging(Hedging usual) {
        String doc = "whether a second provider is asked when the first is slow";
        Key<Boolean> enabled = Key.of("enabled", Scalars.FLAG, usual.enabled(), doc);
        Key<Double> percentile = Key.of(
                "percentile",
                Scalars.number("(0,1)", "between 0 and 1"),
                usual.percentile(),
                "slower than this share of the provider's last hundred calls");
        Key<Duration> atLeast = Key.of("atLeast", Scalars.PAUSE, usual.atLeast(), "never earlier than this");
        Key<Double> maxExtra = Key.of(
                "maxExtra",
                Scalars.number("(0,1]", "above 0 and at most 1"),
                usual.maxExtra(),
                "hedges as a share of all calls");
        return new Section<>(
                "hedging",
                doc + "; each hedge may be billed",
                List.of(enabled, percentile, atLeast, maxExtra),
                said -> new Hedging(said.get(enabled), said.get(percentile), said.get(atLeast), said.get(maxExtra)));
    }

    private static Section<Budget> budget(RetryBudget usual) {
        Type<Double> amount = Scalars.number("[0", "0 or more");
        Key<Boolean> enabled =
                Key.of("enabled", Scalars.FLAG, true, "false bounds retries by the policy of each call only");
        Key<Double> share =
                Key.of("share", amount, Objects.requireNonNull(usual.share()), "tokens that a first try earns");
        Key<Double> floor = Key.of("floor", amount, usual.floor(), "tokens that a second earns at least");
        Key<Duration> memory = Key.of(
                "memory", Scalars.DURATION, usual.memory(), "for how long time's tokens are saved up, 1s or more");
        Section<Values> tokens = new Section<>(
                "retryTokens",
                "how many retries all calls together may add to a provider's load",
                List.of(enabled, share, floor, memory),
                said -> {
                    if (said.get(memory).compareTo(Duration.ofSeconds(1)) < 0) {
                        throw new IllegalArgumentException("memory is at least a second");
                    }
                    return said;
                });
        Key<Integer> maxAttempts = Key.of("maxAttempts", Scalars.whole(0), 0, "attempts of one call; 0 for no limit");
        Key<Duration> callTimeout =
                Key.optional("callTimeout", Scalars.DURATION, "of one call, all attempts and waits together");
        Key<Double> maxCost =
                Key.of("maxCost", amount, 0.0, "of one call, in the currency of the prices; 0 for no limit");
        Key<Values> retryTokens = Key.of("retryTokens", tokens, Values.NONE, tokens.doc());
        return new Section<>(
                "budget",
                "what one call may use up, and how many retries all calls may add",
                List.of(maxAttempts, callTimeout, maxCost, retryTokens),
                said -> {
                    Values retry = said.get(retryTokens);
                    double cost = said.get(maxCost);
                    return new Budget(
                            new CallLimits(
                                    limit(said.get(maxAttempts)), said.find(callTimeout), cost == 0 ? null : cost),
                            new RetryBudget(
                                    retry.get(enabled) ? retry.get(share) : null, retry.get(floor), retry.get(memory)));
                });
    }

    private static Section<Failover> failover(Failover usual) {
        Key<Boolean> returns = Key.of(
                "returns",
                Scalars.FLAG,
                usual.returns(),
                "whether the primary becomes active again when it has recovered");
        Key<Duration> returnAfter = Key.of(
                "returnAfter",
                Scalars.PAUSE,
                usual.returnAfter(),
                "without health checks, how long after its last failure it is tried again");
        return new Section<>(
                "failover",
                "who is asked first, and who after a failure",
                List.of(AUTOMATIC_FAILOVER, MAX_CONSECUTIVE_FAILURES, returns, returnAfter),
                said -> new Failover(
                        said.get(AUTOMATIC_FAILOVER),
                        said.get(MAX_CONSECUTIVE_FAILURES),
                        said.get(returns),
                        said.get(returnAfter)));
    }

    private static Section<RateLimits> rateLimits() {
        Key<Integer> requests =
                Key.of("requestsPerMinute", Scalars.whole(0), 0, "attempts in a minute; 0 for no limit");
        Key<Integer> tokens = Key.of(
                "tokensPerMinute", Scalars.whole(0), 0, "tokens of prompt and answer in a minute; 0 for no limit");
        Key<Integer> concurrent = Key.of("concurrent", Scalars.whole(0), 0, "attempts at once; 0 for no limit");
        return new Section<>(
                "limits",
                "what a provider may be asked for; over a limit it is skipped",
                List.of(requests, tokens, concurrent),
                said -> new RateLimits(
                        limit(said.get(requests)), limit(said.get(tokens)), limit(said.get(concurrent))));
    }

    /** The token counter is set in code, when agents are opened. */
    private static Section<ContextWindow> contextWindow(ContextWindow usual) {
        Key<Integer> tokens = Key.optional("tokens", Scalars.whole(1), "at most so many tokens of prompt are sent");
        Key<Boolean> modelWindow = Key.of(
                "modelWindow",
                Scalars.FLAG,
                usual.modelWindow(),
                "whether the model's window is a limit where it is known");
        Key<Overflow> overflow = Key.of(
                "overflow",
                Scalars.choice(Overflow.class),
                usual.overflow(),
                "what follows when a vendor says that it is too long and nobody has a larger window");
        Key<Integer> reserve = Key.of(
                "reserve",
                Scalars.whole(0),
                usual.reserve(),
                "tokens of the window that are kept for the answer when the request names no `maxTokens`");
        return new Section<>(
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

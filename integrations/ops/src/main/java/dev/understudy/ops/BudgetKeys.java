package dev.understudy.ops;

import dev.understudy.Budget;
import java.time.Duration;
import java.util.List;

/** {@link Budget}. */
final class BudgetKeys {

    private static final Budget USUAL = Budget.defaults();
    private static final Type<Double> AMOUNT = Scalars.number("[0", "0 or more");

    private static final Key<Boolean> ENABLED =
            Key.of("enabled", Scalars.FLAG, true, "false bounds retries by the policy of each call only");
    private static final Key<Double> SHARE =
            Key.of("share", AMOUNT, USUAL.retryShare(), "tokens that a first try earns");
    private static final Key<Double> FLOOR =
            Key.of("floor", AMOUNT, USUAL.retryFloor(), "tokens that a second earns at least");
    private static final Key<Duration> MEMORY = Key.of(
            "memory", Scalars.DURATION, USUAL.retryMemory(), "for how long time's tokens are saved up, 1s or more");

    private static final Section<Values> TOKENS = new Section<>(
            "retryTokens",
            "how many retries all calls together may add to a provider's load",
            List.of(ENABLED, SHARE, FLOOR, MEMORY),
            said -> {
                if (said.get(MEMORY).compareTo(Duration.ofSeconds(1)) < 0) {
                    throw new IllegalArgumentException("memory is at least a second");
                }
                return said;
            });

    private static final Key<Integer> MAX_ATTEMPTS =
            Key.of("maxAttempts", Scalars.whole(0), USUAL.maxAttempts(), "attempts of one call; 0 for no limit");
    private static final Key<Duration> CALL_TIMEOUT =
            Key.optional("callTimeout", Scalars.DURATION, "of one call, all attempts and waits together");
    private static final Key<Double> MAX_COST =
            Key.of("maxCost", AMOUNT, USUAL.maxCost(), "of one call, in the currency of the prices; 0 for no limit");
    private static final Key<Values> RETRY_TOKENS = Key.of("retryTokens", TOKENS, Values.NONE, TOKENS.doc());

    static final Section<Budget> SECTION = new Section<>(
            "budget",
            "what one call may use up, and how many retries all calls may add",
            List.of(MAX_ATTEMPTS, CALL_TIMEOUT, MAX_COST, RETRY_TOKENS),
            said -> {
                Values tokens = said.get(RETRY_TOKENS);
                Budget budget = new Budget(
                        said.get(MAX_ATTEMPTS),
                        said.find(CALL_TIMEOUT),
                        said.get(MAX_COST),
                        tokens.get(SHARE),
                        tokens.get(FLOOR),
                        tokens.get(MEMORY));
                return tokens.get(ENABLED) ? budget : budget.withoutRetryTokens();
            });

    private BudgetKeys() {}
}

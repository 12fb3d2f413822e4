package dev.understudy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Usage;
import dev.understudy.policy.CallLimits;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TokenCounter;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limit of the cost of a call counts what its attempts have used so far, each at the price of its own model. */
class CallCostTest {

    private static final Capabilities DEAR = priced(1_000);
    private static final Capabilities CHEAP = priced(1);
    private static final Usage USED = Usage.of(600, 200);

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a =
            ScriptedProvider.named("a").always(ScriptedAnswer.empty().withUsage(USED));
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void costMayReachTheLimit(boolean streamed) {
        a.can(DEAR);
        b.can(DEAR);
        assertThat(ask(spent(DEAR) + expected(DEAR), streamed).by()).isEqualTo("b");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void routeBeyondTheLimitIsNotAsked(boolean streamed) {
        a.can(DEAR);
        b.can(DEAR);
        assertThat(ask((spent(DEAR) + expected(DEAR)) * 0.99, streamed).error)
                .isInstanceOf(ChatException.Exhausted.class);
        assertThat(b.subscriptions()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void costOfEveryAttemptIsAdded(boolean streamed) {
        a.can(DEAR);
        b.can(CHEAP);
        RetryPolicy once = RetryPolicy.defaults().withRetries(1);
        CallLimits limits = CallLimits.none().withMaxCost(2 * spent(DEAR));
        Understudy understudy =
                scenario.builder(a, b).retry(once).limits(limits).build();
        CallResult result = ask(understudy, streamed);
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(a.subscriptions()).isEqualTo(2);
        assertThat(b.subscriptions()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachProviderHasItsOwnPrice(boolean streamed) {
        a.can(CHEAP);
        b.can(DEAR);
        assertThat(ask(spent(CHEAP) + expected(DEAR), streamed).by()).isEqualTo("b");
        a.can(DEAR);
        b.can(CHEAP);
        assertThat(ask(Math.max(spent(DEAR), expected(DEAR)), streamed).error)
                .isInstanceOf(ChatException.Exhausted.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachModelHasItsOwnPrice(boolean streamed) {
        a.can("m", CHEAP).can("n", DEAR);
        a.when("n", ScriptedAnswer.text("well"));
        CallResult result = ask(
                scenario.builder(a)
                        .fallback("m", "n")
                        .limits(CallLimits.none().withMaxCost(spent(CHEAP) + expected(DEAR)))
                        .build(),
                streamed);
        assertThat(result.outcomes()).containsExactly("a:failed", "a:served");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void attemptsAtUnknownPricesCostNothing(boolean streamed) {
        b.can(DEAR);
        assertThat(ask(expected(DEAR), streamed).by()).isEqualTo("b");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void routeOfUnknownPriceIsAskedBeyondTheLimit(boolean streamed) {
        a.can(DEAR);
        a.always(ScriptedAnswer.empty().withUsage(Usage.of(30_000, 10_000)));
        assertThat(ask(expected(DEAR), streamed).by()).isEqualTo("b");
    }

    private static Capabilities priced(double perMillion) {
        return Capabilities.assumed().withPrice(Capabilities.Price.of(perMillion, perMillion));
    }

    private static double spent(Capabilities capabilities) {
        return Objects.requireNonNull(capabilities.price()).cost(USED);
    }

    private static double expected(Capabilities capabilities) {
        return capabilities.cost(TokenCounter.characters().estimateUsage(REQUEST, capabilities));
    }

    private CallResult ask(double maxCost, boolean streamed) {
        Understudy understudy = scenario.builder(a, b)
                .limits(CallLimits.none().withMaxCost(maxCost))
                .build();
        return ask(understudy, streamed);
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        CallResult result =
                streamed ? scenario.stream(understudy.stream(REQUEST)) : scenario.chat(understudy.chat(REQUEST));
        scenario.advance(Duration.ofSeconds(5));
        return result;
    }
}

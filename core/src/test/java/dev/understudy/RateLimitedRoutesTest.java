package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls whose routes are all rate limited: the Retry-After is obeyed, or the call fails at once and tells it. */
class RateLimitedRoutesTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");
    private final List<Long> asked = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void longRetryAfterOfAllRoutesFailsAtOnce(boolean streamed) {
        a.always(limited(Duration.ofSeconds(120)));
        b.always(limited(Duration.ofSeconds(60)));
        CallResult result = ask(understudy(a, b), streamed);
        assertThat(failure(result).kind()).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(failure(result).retryAfter()).isEqualTo(Duration.ofSeconds(60));
        scenario.advance(Duration.ofMinutes(5));
        assertThat(a.subscriptions() + b.subscriptions()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nextCallFailsWithTheRestOfTheRetryAfter(boolean streamed) {
        a.always(limited(Duration.ofSeconds(120)));
        b.always(limited(Duration.ofSeconds(60)));
        Understudy understudy = understudy(a, b);
        ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(10));
        CallResult next = ask(understudy, streamed);
        assertThat(failure(next).kind()).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(failure(next).retryAfter()).isEqualTo(Duration.ofSeconds(50));
        assertThat(a.subscriptions() + b.subscriptions()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitingCallIsSentOnlyAfterRetryAfter(boolean streamed) {
        a.rule(request -> afterFirst(Duration.ofMillis(4_500)));
        CallResult result = ask(understudy(a), streamed);
        scenario.advance(Duration.ofSeconds(10));
        assertThat(result.served()).isTrue();
        assertThat(Duration.ofNanos(asked.get(1))).isBetween(Duration.ofMillis(4_500), Duration.ofMillis(5_000));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void laterCallsAreNotSentBeforeRetryAfter(boolean streamed) {
        a.rule(request -> afterFirst(Duration.ofSeconds(2)));
        Understudy understudy = understudy(a);
        List<CallResult> results = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            results.add(ask(understudy, streamed));
            scenario.advance(Duration.ofMillis(100));
        }
        scenario.advance(Duration.ofSeconds(10));
        assertThat(results).allMatch(CallResult::served);
        assertThat(asked.subList(1, asked.size()))
                .allSatisfy(at -> assertThat(Duration.ofNanos(at)).isGreaterThanOrEqualTo(Duration.ofSeconds(2)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thirtyWaitingCallersDoNotAskInOneInstant(boolean streamed) {
        a.rule(request -> afterFirst(Duration.ofSeconds(4)));
        Understudy understudy = understudy(a);
        List<CallResult> results = new ArrayList<>();
        results.add(ask(understudy, streamed));
        scenario.advance(Duration.ofMillis(100));
        for (int i = 0; i < 30; i++) {
            results.add(ask(understudy, streamed));
        }
        scenario.advance(Duration.ofSeconds(10));
        assertThat(results).allMatch(CallResult::served);
        List<Long> waited = asked.subList(1, asked.size());
        assertThat(waited)
                .hasSize(31)
                .allMatch(at -> at >= Duration.ofSeconds(4).toNanos());
        assertThat(waited.stream().map(at -> at / 10_000_000).distinct().count())
                .as("slots of 10 ms")
                .isGreaterThan(15);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void retryAfterShorterThanBackoffWaitsForTheBackoff(boolean streamed) {
        a.rule(request -> afterFirst(Duration.ofMillis(10)));
        Understudy understudy = builder(a)
                .retry(RetryPolicy.defaults().withJitter(RetryPolicy.Jitter.NONE))
                .build();
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(10));
        assertThat(result.served()).isTrue();
        assertThat(Duration.ofNanos(asked.get(1))).isEqualTo(SECOND);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void openCircuitIsTriedBeforeACallFailsForALongRetryAfter(boolean streamed) {
        a.always(limited(Duration.ofSeconds(120)));
        b.always(ScriptedAnswer.fail(FailureKind.SERVER));
        Understudy understudy = builder(a, b).retry(RetryPolicy.none()).build();
        for (int i = 0; i < 6; i++) {
            ask(understudy, streamed);
        }
        b.always(ScriptedAnswer.text("Back."));
        assertThat(ask(understudy, streamed).by()).isEqualTo("b");
    }

    @Test
    void defaultMaxWaitIsFitForWebRequests() {
        assertThat(RetryPolicy.defaults().maxWait()).isEqualTo(Duration.ofSeconds(5));
    }

    private ScriptedAnswer afterFirst(Duration told) {
        asked.add(scenario.nanos());
        return asked.size() == 1 ? limited(told) : ScriptedAnswer.text("Yes.");
    }

    private static ScriptedAnswer limited(Duration told) {
        return ScriptedAnswer.fail(Failure.of(FailureKind.RATE_LIMITED, "slow down")
                .withStatus(429, null)
                .withRetryAfter(told));
    }

    private UnderstudyBuilder builder(ScriptedProvider... providers) {
        return scenario.builder(providers).retry(RetryPolicy.defaults()).random(new Random(7));
    }

    private Understudy understudy(ScriptedProvider... providers) {
        return builder(providers).build();
    }

    private static Failure failure(CallResult result) {
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
        return ((ChatException.Exhausted) result.error).failure();
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return streamed ? scenario.stream(understudy) : scenario.chat(understudy);
    }
}

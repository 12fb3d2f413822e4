package dev.understudy.call;

import static dev.understudy.VirtualScenario.REQUEST;
import static dev.understudy.VirtualScenario.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.ProviderOptions.RateLimits;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Refused permits and the results of granted ones, as circuits, rate limits and the status show them. */
class PermitOutcomesTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @ParameterizedTest
    @CsvSource({"false, true", "true, true", "false, false", "true, false"})
    void circuitThatOpensDuringTheCallSkipsItsRoute(boolean streamed, boolean ends) {
        List<Understudy> understudy = new ArrayList<>();
        a.rule(request -> {
            understudy.get(0).control().hold("b", "m", ends ? MINUTE : null);
            return ScriptedAnswer.fail(FailureKind.AUTH);
        });
        understudy.add(scenario.builder(a, b).build());
        CallResult result = ask(understudy.get(0), streamed);
        assertThat(result.outcomes()).startsWith("a:failed", "b:skipped");
        Failure skipped = result.attemptLog().attempts().get(1).failure();
        assertThat(skipped).isNotNull();
        assertThat(skipped.message()).isEqualTo("circuit forced open" + (ends ? " for 60000 ms" : ""));
        assertThat(b.subscriptions()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callBeyondTheRateLimitLeavesItsSlot(boolean streamed) {
        Understudy understudy = limited(RateLimits.none().withConcurrent(1).withRequestsPerMinute(1));
        assertThat(ask(understudy, streamed).served()).isTrue();
        assertThat(ask(understudy, streamed).error).hasMessageContaining("is at its rate limit for");
        scenario.advance(MINUTE);
        assertThat(ask(understudy, streamed).served()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT, 0, true",
        "SKIPPED, 0, true",
        "INVALID_REQUEST, 400, true",
        "SERVER, 503, true",
        "SERVER, 200, false",
        "SERVER, 399, false",
        "TIMEOUT, 0, false"
    })
    void tokensAreReturnedOnlyForRefusedRequests(FailureKind kind, int status, boolean returned) {
        Understudy understudy = limited(RateLimits.none().withTokensPerMinute(1_000)); // enough for one estimate
        a.then(ScriptedAnswer.fail(Failure.of(kind, "broken").withStatus(status, null)))
                .always(ScriptedAnswer.text("well"));
        ask(understudy, true);
        assertThat(ask(understudy, true).served()).isEqualTo(returned);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void failureOfTheRequestIsShownButNotCounted(boolean streamed) {
        a.always(ScriptedAnswer.fail(Failure.of(FailureKind.INVALID_REQUEST, "no such field")));
        Understudy understudy = scenario.builder(a).build();
        ask(understudy, streamed);
        ProviderStatus status = standing(understudy, "a");
        assertThat(status.lastFailure()).isNotNull();
        assertThat(status.lastFailure().message()).contains("no such field");
        assertThat(status.consecutiveFailures()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelledTrialLeavesTheNextOneToALaterCall(boolean streamed) {
        a.then(ScriptedAnswer.fail(FailureKind.SERVER), ScriptedAnswer.hang()).always(ScriptedAnswer.text("well"));
        Understudy understudy = scenario.builder(a, b)
                .circuit(CircuitPolicy.defaults()
                        .withConsecutive(1)
                        .withJitter(0)
                        .withoutRate())
                .build();
        assertThat(ask(understudy, streamed).by()).isEqualTo("b");
        scenario.advance(MINUTE);
        CallResult trial = ask(understudy, streamed);
        assertThat(ask(understudy, streamed).by()).as("during the trial").isEqualTo("b");
        trial.call.dispose();
        assertThat(ask(understudy, streamed).by()).isEqualTo("a");
    }

    private Understudy limited(RateLimits limits) {
        return scenario.builder()
                .provider(a, ProviderOptions.defaults().withLimits(limits))
                .retry(VirtualScenario.ONCE)
                .circuit(CircuitPolicy.none())
                .build();
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return streamed ? scenario.stream(understudy.stream(REQUEST)) : scenario.chat(understudy.chat(REQUEST));
    }
}

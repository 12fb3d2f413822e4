package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.ProviderOptions.RateLimits;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls beyond the limit of concurrent calls of a provider wait in a bounded queue when no other route is left. */
class ConcurrencyQueueTest {

    private static final Duration TAKES = Duration.ofMillis(300);

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");
    private final AtomicInteger mostLive = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hundredCallsAtALimitOfEightAllSucceed(boolean streamed) {
        a.rule(request -> answering(a));
        Understudy understudy = limited(RateLimits.none().withConcurrent(8)).build();
        List<CallResult> results = ask(understudy, streamed, 100);
        scenario.advance(Duration.ofSeconds(10));
        assertThat(results).allMatch(CallResult::served);
        assertThat(mostLive.get()).isEqualTo(8);
        for (int i = 1; i < results.size(); i++) {
            assertThat(results.get(i).firstAt)
                    .as("in order of arrival")
                    .isGreaterThanOrEqualTo(results.get(i - 1).firstAt);
        }
        assertThat(Duration.ofNanos(results.get(99).firstAt)).isEqualTo(TAKES.multipliedBy(13));
        assertThat(a.subscriptions()).isEqualTo(100);
        nothingIsLeft(understudy);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void freeRouteIsAskedAtOnce(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("a").beforeFirst(TAKES)));
        b.always(ScriptedAnswer.text("b"));
        Understudy understudy =
                limited(RateLimits.none().withConcurrent(1)).provider(b).build();
        List<CallResult> results = ask(understudy, streamed, 10);
        assertThat(results.subList(1, 10)).allMatch(result -> result.by().equals("b"));
        scenario.advance(TAKES);
        assertThat(results.get(0).by()).isEqualTo("a");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void failedRoutesLeaveTheCallInTheQueue(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("a").beforeFirst(TAKES)));
        b.always(ScriptedAnswer.fail(FailureKind.AUTH));
        Understudy understudy =
                limited(RateLimits.none().withConcurrent(1)).provider(b).build();
        List<CallResult> results = ask(understudy, streamed, 3);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(results).allMatch(result -> result.by().equals("a"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitIsBounded(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("late").beforeFirst(Duration.ofSeconds(4))));
        Understudy understudy = limited(RateLimits.none().withConcurrent(1).withQueueWait(Duration.ofSeconds(2)))
                .build();
        List<CallResult> results = ask(understudy, streamed, 2);
        scenario.advance(Duration.ofSeconds(2));
        assertThat(results.get(1).error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(Duration.ofNanos(results.get(1).endedAt)).isEqualTo(Duration.ofSeconds(2));
        scenario.advance(Duration.ofSeconds(10));
        assertThat(a.subscriptions()).isEqualTo(1);
        nothingIsLeft(understudy);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitEndsWithTheDeadline(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("late").beforeFirst(Duration.ofSeconds(4))));
        Understudy understudy = limited(RateLimits.none().withConcurrent(1)).build();
        scenario.advance(Duration.ofHours(1));
        ask(understudy, streamed, 1);
        Duration timeout = Duration.ofSeconds(1);
        CallResult hurried = streamed
                ? scenario.stream(understudy.stream(VirtualScenario.REQUEST).contextWrite(CallContext.timeout(timeout)))
                : scenario.chat(understudy.chat(VirtualScenario.REQUEST).contextWrite(CallContext.timeout(timeout)));
        scenario.advance(timeout);
        assertThat(hurried.error).hasMessageContaining("The time of the call is over");
        scenario.advance(Duration.ofSeconds(5));
        assertThat(a.subscriptions()).isEqualTo(1);
        nothingIsLeft(understudy);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void deadlineEndsTheCallWhenBothLimitsAreEqual(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        Duration wait = Duration.ofSeconds(1);
        Understudy understudy =
                limited(RateLimits.none().withConcurrent(1).withQueueWait(wait)).build();
        ask(understudy, streamed, 1);
        CallResult waiting = streamed
                ? scenario.stream(understudy.stream(VirtualScenario.REQUEST).contextWrite(CallContext.timeout(wait)))
                : scenario.chat(understudy.chat(VirtualScenario.REQUEST).contextWrite(CallContext.timeout(wait)));
        scenario.advance(wait);
        assertThat(waiting.error).hasMessageContaining("The time of the call is over");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void schedulerThatIsClosedEndsTheWait(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        Understudy understudy = limited(RateLimits.none().withConcurrent(1)).build();
        List<CallResult> results = ask(understudy, streamed, 2);
        scenario.clock.dispose();
        results.get(0).call.dispose();
        assertThat(results.get(1).error).isInstanceOf(ChatException.class);
        assertThat(a.subscriptions()).isEqualTo(1);
        ask(understudy, streamed, 1);
        assertThat(a.subscriptions()).as("the slot was passed on").isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void queueIsBounded(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("late").beforeFirst(TAKES)));
        Understudy understudy =
                limited(RateLimits.none().withConcurrent(1).withQueue(2)).build();
        List<CallResult> results = ask(understudy, streamed, 5);
        assertThat(results.stream().filter(result -> result.error != null)).hasSize(2);
        scenario.advance(Duration.ofSeconds(5));
        assertThat(results.stream().filter(CallResult::served)).hasSize(3);
        nothingIsLeft(understudy);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelledCallLeavesTheQueue(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("late").beforeFirst(TAKES)));
        Understudy understudy = limited(RateLimits.none().withConcurrent(1)).build();
        List<CallResult> results = ask(understudy, streamed, 4);
        results.get(1).call.dispose();
        results.get(2).call.dispose();
        scenario.advance(Duration.ofSeconds(5));
        assertThat(results.get(3).served()).isTrue();
        assertThat(Duration.ofNanos(results.get(3).firstAt)).isEqualTo(TAKES.multipliedBy(2));
        assertThat(a.subscriptions()).isEqualTo(2);
        nothingIsLeft(understudy);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelledRunningCallPassesItsSlotOn(boolean streamed) {
        a.then(ScriptedAnswer.hang()).always(ScriptedAnswer.text("next"));
        Understudy understudy = limited(RateLimits.none().withConcurrent(1)).build();
        List<CallResult> results = ask(understudy, streamed, 2);
        results.get(0).call.dispose();
        scenario.advance(Duration.ofMillis(1));
        assertThat(results.get(1).served()).isTrue();
        nothingIsLeft(understudy);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shorterQueueIsChosen(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("a").beforeFirst(TAKES)));
        b.always(scenario.timed(ScriptedAnswer.text("b").beforeFirst(TAKES)));
        ProviderOptions two =
                ProviderOptions.defaults().withLimits(RateLimits.none().withConcurrent(2));
        Understudy understudy =
                limited(RateLimits.none().withConcurrent(1)).provider(b, two).build();
        List<CallResult> results = ask(understudy, streamed, 6);
        scenario.advance(Duration.ofSeconds(5));
        assertThat(results.stream().map(CallResult::by))
                .as("waiting calls for each slot: none, 1 and 0, 1 and a half")
                .containsExactly("a", "b", "b", "a", "b", "b");
        nothingIsLeft(understudy);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rateLimitAppliesBehindTheQueue(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("a").beforeFirst(TAKES)));
        Understudy understudy = limited(RateLimits.none().withConcurrent(1).withRequestsPerMinute(1))
                .callTimeout(Duration.ofSeconds(5))
                .build();
        List<CallResult> results = ask(understudy, streamed, 2);
        scenario.advance(Duration.ofSeconds(10));
        assertThat(results.get(0).served()).isTrue();
        assertThat(results.get(1).error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(results.get(1).outcomes()).containsExactly("a:skipped", "a:skipped");
        assertThat(a.subscriptions()).isEqualTo(1);
        assertThat(VirtualScenario.standing(understudy, "a").inFlight()).isZero();
    }

    private void nothingIsLeft(Understudy understudy) {
        scenario.advance(Duration.ofSeconds(30));
        CallResult next = scenario.chat(understudy);
        scenario.advance(Duration.ofSeconds(5));
        assertThat(next.error == null || next.error.getMessage().contains("time of the call"))
                .as("a later call gets a slot: %s", next.error)
                .isTrue();
        assertThat(VirtualScenario.standing(understudy, "a").inFlight()).isZero();
        assertThat(a.live()).isZero();
    }

    private ScriptedAnswer answering(ScriptedProvider provider) {
        mostLive.accumulateAndGet(provider.live(), Math::max);
        return scenario.timed(ScriptedAnswer.text("Yes.").beforeFirst(TAKES));
    }

    private UnderstudyBuilder limited(RateLimits limits) {
        return scenario.builder().provider(a, ProviderOptions.defaults().withLimits(limits));
    }

    private List<CallResult> ask(Understudy understudy, boolean streamed, int calls) {
        List<CallResult> results = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            results.add(streamed ? scenario.stream(understudy) : scenario.chat(understudy));
        }
        return results;
    }
}

package dev.understudy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Message;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.RetryBudget;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.Selection;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Reports of one attempt to the state that calls share: latency, circuits, retry tokens, context windows. */
class AttemptReportsTest {

    private static final Failure BROKEN =
            Failure.of(FailureKind.SERVER, "broken").withStatus(500, null);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void firstAttemptsEarnRetryTokensAndRetriesDoNot(boolean streamed) {
        a.always(ScriptedAnswer.fail(BROKEN));
        Understudy understudy = scenario.builder(a)
                .retry(RetryPolicy.defaults().withRetries(1).withJitter(RetryPolicy.Jitter.NONE))
                .circuit(CircuitPolicy.none())
                .retryBudget(new RetryBudget(0.5, 0, SECOND)) // one token from the start, half a token by each call
                .build();
        List<Integer> attempts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            CallResult result = ask(understudy, streamed);
            scenario.advance(Duration.ofSeconds(20));
            attempts.add(result.attemptLog().attempts().size());
        }
        assertThat(attempts).containsExactly(2, 1, 2, 1, 2);
    }

    @Nested
    class Latency {

        private final List<Duration> latencies = new ArrayList<>();
        private final Selection recording = (candidates, request, random) -> {
            latencies.add(candidates.get(0).load().latency());
            return candidates;
        };

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void answerIsMeasuredFromTheBeginningOfItsAttempt(boolean streamed) {
            a.always(scenario.timed(ScriptedAnswer.text("well").beforeFirst(SECOND)));
            Understudy understudy = scenario.builder(a, b).build();
            scenario.advance(Duration.ofHours(1));
            ask(understudy, streamed);
            scenario.advance(SECOND);
            ProviderStatus status = VirtualScenario.standing(understudy, "a");
            assertThat(status.responseTime().last()).isEqualTo(SECOND);
            assertThat(status.firstContent()).isEqualTo(streamed ? SECOND : null);
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void attemptThatLostARaceIsMeasuredFromItsBeginning(boolean streamed) {
            a.always(ScriptedAnswer.hang());
            Understudy understudy = scenario.builder(a, b)
                    .selection(recording)
                    .hedging(HedgingPolicy.defaults().withMaxExtra(1).withAtLeast(SECOND))
                    .build();
            scenario.advance(Duration.ofHours(1));
            assertThat(ask(understudy, streamed).served()).isFalse();
            scenario.advance(SECOND);
            ask(understudy, streamed);
            assertThat(latencies).containsExactly(Duration.ZERO, SECOND);
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void failureIsMeasuredFromTheBeginningOfItsAttempt(boolean streamed) {
            a.always(scenario.timed(ScriptedAnswer.fail(BROKEN).beforeFirst(SECOND)));
            Understudy understudy = scenario.builder(a, b).selection(recording).build();
            scenario.advance(Duration.ofHours(1));
            ask(understudy, streamed);
            scenario.advance(SECOND);
            ask(understudy, streamed);
            assertThat(latencies).containsExactly(Duration.ZERO, SECOND);
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void hangOfUsualLengthWithinShortDeadlineOpensNoCircuit(boolean streamed) {
            a.always(scenario.timed(ScriptedAnswer.text("well").beforeFirst(SECOND)));
            Understudy understudy = scenario.builder(a, b).build();
            scenario.load(understudy, streamed, SECOND, Duration.ofSeconds(20));
            a.always(ScriptedAnswer.hang());
            for (int i = 0; i < 10; i++) { // half of the deadline is less than twice the usual time
                Duration deadline = Duration.ofSeconds(3);
                CallResult result = streamed
                        ? scenario.stream(understudy.stream(REQUEST).contextWrite(CallContext.timeout(deadline)))
                        : scenario.chat(understudy.chat(REQUEST).contextWrite(CallContext.timeout(deadline)));
                scenario.advance(deadline);
                assertThat(result.by()).isEqualTo("b");
            }
            assertThat(scenario.events(Event.CircuitStateChanged.class)).isEmpty();
        }
    }

    @Test
    void firstContentOfATrialClosesTheCircuit() {
        a.then(ScriptedAnswer.fail(BROKEN))
                .always(ScriptedAnswer.text("one two").hangAfter(1));
        Understudy understudy = scenario.builder(a)
                .circuit(CircuitPolicy.defaults()
                        .withConsecutive(1)
                        .withJitter(0)
                        .withoutRate())
                .build();
        ask(understudy, true);
        assertThat(circuit(understudy)).isEqualTo(ProviderStatus.CircuitState.OPEN);
        scenario.advance(Duration.ofSeconds(5));
        CallResult trial = ask(understudy, true);
        assertThat(trial.text()).isEqualTo("one");
        assertThat(circuit(understudy)).isEqualTo(ProviderStatus.CircuitState.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void answersOfTheFirstProviderMakeItActiveAgain(boolean streamed) {
        a.always(ScriptedAnswer.fail(BROKEN));
        Understudy understudy = scenario.builder(a, b)
                .failover(FailoverPolicy.defaults())
                .circuit(CircuitPolicy.none())
                .build();
        scenario.load(understudy, streamed, SECOND, Duration.ofSeconds(10));
        assertThat(VirtualScenario.standing(understudy, "b").active()).isTrue();
        a.always(ScriptedAnswer.text("back"));
        scenario.load(understudy, streamed, Duration.ofSeconds(10), Duration.ofMinutes(30));
        assertThat(VirtualScenario.standing(understudy, "a").active()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void providerWhoseHealthChecksFailIsAskedLast(boolean streamed) {
        a.probing(() -> Mono.error(new ChatException.CallFailed(BROKEN)));
        Understudy understudy = scenario.builder(a, b)
                .healthChecks(HealthCheckPolicy.every(SECOND).withThresholds(1, 1))
                .build();
        scenario.advance(Duration.ofSeconds(3));
        CallResult healthy = ask(understudy, streamed);
        assertThat(healthy.outcomes()).containsExactly("a:skipped", "b:served");
        assertThat(healthy.attemptLog().attempts().get(0).failure().message()).isEqualTo("its health checks fail");
        b.always(ScriptedAnswer.fail(FailureKind.AUTH));
        assertThat(ask(understudy, streamed).outcomes()).containsExactly("a:skipped", "b:failed", "a:served");
    }

    @Nested
    class Windows {

        private final Failure overflow = Failure.of(FailureKind.CONTEXT_OVERFLOW, "too long")
                .withStatus(400, "context_length_exceeded")
                .withWindow(300);
        private final ChatRequest longer = ChatRequest.of(
                "m",
                List.of(
                        Message.user("one".repeat(300)),
                        Message.assistant("two".repeat(300)),
                        Message.user("three".repeat(100))));

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void countedUsageAboveTheWindowForgetsIt(boolean streamed) {
            assertThat(trims(Usage.of(301, 5), streamed)).isFalse();
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void countedUsageWithinTheWindowLeavesIt(boolean streamed) {
            assertThat(trims(Usage.of(299, 5), streamed)).isTrue();
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void estimatedUsageTeachesNothing(boolean streamed) {
            assertThat(trims(Usage.of(5_000, 5).withEstimated(true), streamed)).isTrue();
        }

        /** Teaches a window by two overflows, then has one answer, and returns true if the next request is trimmed. */
        private boolean trims(Usage usage, boolean streamed) {
            Understudy understudy = scenario.builder(a).build();
            for (int i = 0; i < 2; i++) {
                a.then(
                        ScriptedAnswer.fail(overflow),
                        ScriptedAnswer.text("well").withUsage(Usage.of(10, 5)));
                ask(understudy, longer, streamed);
            }
            a.then(ScriptedAnswer.text("well").withUsage(usage), ScriptedAnswer.text("well"));
            ask(understudy, longer, streamed);
            int before = a.requests().size();
            ask(understudy, longer, streamed);
            assertThat(a.requests()).hasSize(before + 1);
            return a.requests().get(before).messages().size()
                    < longer.messages().size();
        }

        @Test
        void overflowAfterContentTeachesNothing() {
            Understudy understudy = scenario.builder(a).build();
            a.always(ScriptedAnswer.text("one two three").failAfter(2, overflow));
            for (int i = 0; i < 3; i++) {
                assertThat(ask(understudy, longer, true).outcomes()).containsExactly("a:partial");
            }
            assertThat(a.requests())
                    .allSatisfy(request -> assertThat(request.messages()).isEqualTo(longer.messages()));
            assertThat(VirtualScenario.standing(understudy, "a").consecutiveFailures())
                    .as("an overload counts")
                    .isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void completionWithoutAnAnswerIsAnEmptyAnswer(boolean streamed) {
        a.always(ScriptedAnswer.nothing());
        AttemptLog.Attempt failed = ask(scenario.builder(a, b).build(), streamed)
                .attemptLog()
                .attempts()
                .get(0);
        assertThat(failed.failure())
                .isEqualTo(Failure.of(FailureKind.EMPTY, "the provider completed without an answer"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void limitEqualToTheDeadlineShareIsTheProvidersTimeout(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        Duration limit = Duration.ofSeconds(2);
        Understudy understudy = scenario.builder(a, b)
                .timeouts(TimeoutPolicy.defaults().withFirstContent(limit).withResponse(limit))
                .build();
        Duration deadline = limit.multipliedBy(2);
        CallResult result = streamed
                ? scenario.stream(understudy.stream(REQUEST).contextWrite(CallContext.timeout(deadline)))
                : scenario.chat(understudy.chat(REQUEST).contextWrite(CallContext.timeout(deadline)));
        scenario.advance(limit);
        Failure failure = result.attemptLog().attempts().get(0).failure();
        assertThat(failure).isNotNull();
        assertThat(failure.phase()).isEqualTo(streamed ? Failure.Phase.FIRST_CONTENT : Failure.Phase.RESPONSE);
    }

    private static ProviderStatus.CircuitState circuit(Understudy understudy) {
        return VirtualScenario.standing(understudy, "a").circuits().get("m");
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return ask(understudy, REQUEST, streamed);
    }

    private CallResult ask(Understudy understudy, ChatRequest request, boolean streamed) {
        return streamed ? scenario.stream(understudy.stream(request)) : scenario.chat(understudy.chat(request));
    }
}

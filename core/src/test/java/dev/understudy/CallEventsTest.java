package dev.understudy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Events of one call in order, with the times that they tell. */
class CallEventsTest {

    private static final Failure BROKEN =
            Failure.of(FailureKind.SERVER, "broken").withStatus(500, null);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void failoverTellsBothRoutesAndTheirTimes(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.fail(BROKEN).beforeFirst(SECOND)));
        b.always(scenario.timed(ScriptedAnswer.text("well").beforeFirst(SECOND.multipliedBy(2))));
        scenario.advance(SECOND);
        Understudy understudy = scenario.builder(a, b).build();
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(5));
        Event.CallId id = scenario.events.get(0).call();
        AttemptLog.Attempt failed = result.attemptLog().attempts().get(0);
        assertThat(scenario.events)
                .filteredOn(event -> !(event instanceof Event.FirstContent))
                .containsExactly(
                        new Event.AttemptStarted(id, "a", "m", 1, 1),
                        new Event.AttemptFailed(id, failed),
                        new Event.FailedOver(
                                id, new Event.Route("a", "m"), new Event.Route("b", "m"), Duration.ZERO, BROKEN),
                        new Event.AttemptStarted(id, "b", "m", 1, 1),
                        new Event.CallSucceeded(
                                id, result.finish().servedBy(), result.finish().usage(), SECOND.multipliedBy(3)));
        assertThat(failed.failure()).isEqualTo(BROKEN);
        assertThat(failed.timing()).isEqualTo(new AttemptLog.Timing(Duration.ZERO, SECOND, null));
        AttemptLog.Attempt served = result.attemptLog().attempts().get(1);
        Duration firstContent = streamed ? SECOND.multipliedBy(2) : null;
        assertThat(served.timing())
                .isEqualTo(new AttemptLog.Timing(Duration.ZERO, SECOND.multipliedBy(2), firstContent));
        assertThat(scenario.events(Event.FirstContent.class))
                .isEqualTo(
                        streamed ? List.of(new Event.FirstContent(id, "b", "m", SECOND.multipliedBy(2))) : List.of());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void retryTellsItsNumberAndDelay(boolean streamed) {
        a.then(ScriptedAnswer.fail(BROKEN)).always(ScriptedAnswer.text("well"));
        Understudy understudy = scenario.builder(a)
                .retry(RetryPolicy.defaults().withRetries(1).withJitter(RetryPolicy.Jitter.NONE))
                .build();
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(5));
        assertThat(result.served()).isTrue();
        Duration waited = result.attemptLog().attempts().get(1).timing().waited();
        assertThat(waited).isPositive();
        Event.CallId id = scenario.events.get(0).call();
        assertThat(scenario.events(Event.Retrying.class))
                .containsExactly(new Event.Retrying(id, "a", "m", waited, BROKEN));
        assertThat(scenario.events(Event.FailedOver.class)).isEmpty();
        assertThat(scenario.events(Event.AttemptStarted.class))
                .containsExactly(
                        new Event.AttemptStarted(id, "a", "m", 1, 2), new Event.AttemptStarted(id, "a", "m", 2, 2));
        assertThat(Duration.ofNanos(result.firstAt)).isEqualTo(waited);
    }

    @Test
    void interruptedStreamIsAFailedAttemptAndCall() {
        a.always(scenario.timed(
                ScriptedAnswer.text("one two three").between(SECOND).failAfter(2, BROKEN)));
        scenario.advance(SECOND);
        CallResult result = ask(scenario.builder(a, b).build(), true);
        scenario.advance(Duration.ofSeconds(9));
        ChatException.PartialAnswer partial = (ChatException.PartialAnswer) result.error;
        Event.CallId id = scenario.events.get(0).call();
        AttemptLog.Attempt cut = partial.attemptLog().attempts().get(0);
        assertThat(cut.outcome()).isEqualTo(AttemptLog.Outcome.PARTIAL);
        assertThat(cut.failure()).isEqualTo(partial.failure()).isEqualTo(BROKEN);
        Duration took = cut.timing().took();
        assertThat(took).isGreaterThanOrEqualTo(SECOND).isLessThan(Duration.ofSeconds(4));
        assertThat(scenario.events)
                .containsExactly(
                        new Event.AttemptStarted(id, "a", "m", 1, 1),
                        new Event.FirstContent(id, "a", "m", cut.timing().firstContent()),
                        new Event.AttemptFailed(id, cut),
                        new Event.CallFailed(id, partial, took));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void routeAtCapacityIsSkippedWithoutAnAttempt(boolean streamed) {
        a.then(ScriptedAnswer.hang());
        Understudy understudy = scenario.builder()
                .provider(
                        a,
                        ProviderOptions.defaults()
                                .withLimits(ProviderOptions.RateLimits.none().withConcurrent(1)))
                .provider(b)
                .retry(VirtualScenario.ONCE)
                .build();
        ask(understudy, streamed);
        scenario.events.clear();
        CallResult result = ask(understudy, streamed);
        assertThat(result.outcomes()).containsExactly("a:skipped", "b:served");
        AttemptLog.Attempt skipped = result.attemptLog().attempts().get(0);
        assertThat(skipped.attempt()).isZero();
        assertThat(skipped.maxAttempts()).isZero();
        assertThat(scenario.events.get(0))
                .isEqualTo(new Event.RouteSkipped(scenario.events.get(0).call(), skipped));
        assertThat(scenario.events(Event.AttemptFailed.class)).isEmpty();
        assertThat(scenario.events(Event.AttemptStarted.class)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void routeThatIsLeftOutIsSkippedFirst(boolean streamed) {
        Understudy understudy = scenario.builder(a, b).build();
        understudy.control().hold("a", "m", Duration.ofMinutes(1));
        scenario.events.clear();
        CallResult result = ask(understudy, streamed);
        assertThat(scenario.events.get(0))
                .isEqualTo(new Event.RouteSkipped(
                        scenario.events.get(0).call(),
                        result.attemptLog().attempts().get(0)));
        assertThat(result.outcomes()).containsExactly("a:skipped", "b:served");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void exhaustedCallTellsItsTime(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.fail(BROKEN).beforeFirst(SECOND)));
        scenario.advance(SECOND);
        CallResult result = ask(scenario.builder(a).build(), streamed);
        scenario.advance(Duration.ofSeconds(3));
        Event last = scenario.events.get(scenario.events.size() - 1);
        assertThat(last).isEqualTo(new Event.CallFailed(last.call(), (ChatException) result.error, SECOND));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelledCallTellsItsTime(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        scenario.advance(SECOND);
        CallResult result = ask(scenario.builder(a).build(), streamed);
        scenario.advance(SECOND);
        result.call.dispose();
        Event last = scenario.events.get(scenario.events.size() - 1);
        assertThat(last).isEqualTo(new Event.CallCancelled(last.call(), SECOND));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void timeInTheQueueIsNoTimeOfTheAttempt(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("well").beforeFirst(SECOND)));
        Understudy understudy = scenario.builder()
                .provider(
                        a,
                        ProviderOptions.defaults()
                                .withLimits(ProviderOptions.RateLimits.none().withConcurrent(1)))
                .build();
        ask(understudy, streamed);
        scenario.advance(Duration.ofMillis(400));
        CallResult second = ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(3));
        assertThat(second.outcomes()).containsExactly("a:skipped", "a:served");
        AttemptLog.Timing timing = second.attemptLog().attempts().get(1).timing();
        assertThat(timing.waited()).isEqualTo(Duration.ofMillis(600));
        assertThat(timing.took()).isEqualTo(SECOND);
    }

    @Test
    void firstContentIsReportedToTheOuterClient() {
        Understudy inner = scenario.builder(a).name("inner").build();
        Understudy outer = scenario.builder(inner).name("outer").build();
        ask(outer, true);
        assertThat(scenario.events(Event.ProviderReported.class))
                .filteredOn(reported -> reported.call().understudy().equals("outer"))
                .extracting(Event.ProviderReported::providerEvent)
                .containsExactly(new ProviderEvent.FirstContentFrom("a", "m"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keyThatCoolsDownIsPartOfTheStatus(boolean streamed) {
        ProviderEvent cooling = new ProviderEvent.KeyCoolingDown("a", "k-1", FailureKind.RATE_LIMITED, SECOND);
        Understudy understudy = scenario.builder(new Reporting(a, cooling)).build();
        assertThat(ask(understudy, streamed).served()).isTrue();
        assertThat(scenario.events(Event.ProviderReported.class))
                .extracting(Event.ProviderReported::providerEvent)
                .containsExactly(cooling);
        assertThat(VirtualScenario.standing(understudy, "a").keyCooldowns())
                .extracting(ProviderStatus.KeyCooldown::fingerprint)
                .containsExactly("k-1");
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return streamed ? scenario.stream(understudy.stream(REQUEST)) : scenario.chat(understudy.chat(REQUEST));
    }

    /** Reports an event of its own in each call. */
    private record Reporting(ScriptedProvider answering, ProviderEvent event) implements ChatProvider {

        @Override
        public String name() {
            return "a";
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.deferContextual(context -> {
                CallScope.of(context).report(event);
                return answering.chat(request);
            });
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.deferContextual(context -> {
                CallScope.of(context).report(event);
                return answering.stream(request);
            });
        }
    }
}

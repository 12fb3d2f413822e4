package dev.understudy.call;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.event.Event;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.util.context.Context;

/** Several calls of one client that are parts of one call of a subscriber: one id and one last event. */
class ResumedCallTest {

    private static final Usage SPENT = Usage.of(10, 3);

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a =
            ScriptedProvider.named("a").always(ScriptedAnswer.text("one two").withUsage(SPENT));
    private final Understudy understudy = scenario.builder(a).build();
    private final List<Event> ofTheSubscriber = new ArrayList<>();
    private final ResumedCall call = new ResumedCall();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void partsShareTheIdOfTheFirst(boolean streamed) {
        part(streamed);
        part(streamed);
        part(!streamed);
        assertThat(scenario.events.stream().map(Event::call).distinct())
                .singleElement()
                .satisfies(id -> {
                    assertThat(id.number()).isEqualTo(1);
                    assertThat(id.stream()).isEqualTo(streamed);
                });
        assertThat(ofTheSubscriber).isEqualTo(scenario.events);
        assertThat(scenario.chat(understudy).served()).isTrue();
        assertThat(last().call().number())
                .as("only the first part was numbered")
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyTheOwnerPublishesTheEnd(boolean streamed) {
        scenario.advance(Duration.ofHours(1));
        CallResult answer = part(streamed);
        a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        assertThat(part(streamed).error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(ends()).isEmpty();
        scenario.advance(Duration.ofSeconds(3));
        Usage all = Usage.of(20, 6);
        call.succeeded(answer.finish().servedBy(), all);
        assertThat(ends())
                .containsExactly(
                        new Event.CallSucceeded(last().call(), answer.finish().servedBy(), all, Duration.ofSeconds(3)));
        assertThat(ofTheSubscriber).endsWith(last());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyTheFirstPartReportsThatTheFirstProviderIsPassedOver(boolean streamed) {
        Understudy pair = scenario.builder(a, ScriptedProvider.named("b").always(ScriptedAnswer.text("b")))
                .build();
        pair.control().hold("a", Duration.ofMinutes(1));
        for (int i = 0; i < 2; i++) {
            CallResult result = streamed
                    ? scenario.stream(pair.stream(REQUEST).contextWrite(call::in))
                    : scenario.chat(pair.chat(REQUEST).contextWrite(call::in));
            assertThat(result.by()).isEqualTo("b");
        }
        assertThat(scenario.events(Event.FailedOver.class)).singleElement().satisfies(over -> {
            assertThat(over.from().provider()).isEqualTo("a");
            assertThat(over.to().provider()).isEqualTo("b");
            assertThat(over.failure().message()).contains("held");
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void furtherEndsAreIgnored(boolean streamed) {
        part(streamed);
        call.cancelled();
        call.failed(new ChatException.Rejected("late"));
        call.cancelled();
        assertThat(ends()).containsExactly(new Event.CallCancelled(last().call(), Duration.ZERO));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void answerThatWasNotUsedIsPublishedOnceAsWasted(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("another")
                .beforeFirst(Duration.ofSeconds(1))
                .withUsage(SPENT)
                .withMetadata(VendorMetadata.none().withKeyFingerprint("k-1"))));
        CallResult unused = part(streamed);
        scenario.advance(Duration.ofSeconds(1));
        AttemptLog.Attempt served = unused.attemptLog().attempts().get(0);
        assertThat(abandoned()).isEmpty();
        CallResult next = part(streamed);
        assertThat(abandoned()).singleElement().satisfies(wasted -> {
            assertThat(wasted.outcome()).isEqualTo(AttemptLog.Outcome.WASTED);
            assertThat(wasted.provider()).isEqualTo("a");
            assertThat(wasted.model()).isEqualTo("m");
            assertThat(wasted.attempt()).isEqualTo(1);
            assertThat(wasted.maxAttempts()).isEqualTo(served.maxAttempts());
            assertThat(wasted.usage()).isEqualTo(SPENT);
            assertThat(wasted.timing()).isEqualTo(served.timing());
            assertThat(wasted.timing().took()).isEqualTo(Duration.ofSeconds(1));
            assertThat(wasted.keyFingerprint()).isEqualTo("k-1");
            assertThat(wasted.dropped()).isZero();
        });
        scenario.advance(Duration.ofSeconds(1));
        call.succeeded(next.finish().servedBy(), SPENT);
        assertThat(abandoned()).as("the answer of the second part was used").hasSize(1);
    }

    @Test
    void failedCallPublishesItsLastAnswerAsWasted() {
        part(true);
        scenario.advance(Duration.ofSeconds(2));
        IllegalStateException thrown = new IllegalStateException("the subscriber's");
        call.failed(thrown);
        assertThat(abandoned()).hasSize(1);
        assertThat(last()).isInstanceOfSatisfying(Event.CallFailed.class, failed -> {
            assertThat(failed.call().number()).isEqualTo(1);
            assertThat(failed.error())
                    .isInstanceOf(ChatException.Rejected.class)
                    .hasCause(thrown);
            assertThat(failed.took()).isEqualTo(Duration.ofSeconds(2));
        });
    }

    @Test
    void callWithoutPartsPublishesNothing() {
        call.cancelled();
        assertThat(scenario.events).isEmpty();
        part(true);
        call.cancelled();
        assertThat(ends()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rejectedPartLeavesTheEndToTheOwner(boolean streamed) {
        CallResult rejected = streamed
                ? scenario.stream(understudy.stream(REQUEST).contextWrite(without("a")))
                : scenario.chat(understudy.chat(REQUEST).contextWrite(without("a")));
        assertThat(rejected.error).isInstanceOf(ChatException.Rejected.class);
        assertThat(scenario.events).isEmpty();
        call.failed(new ChatException.Rejected("no route"));
        assertThat(ends()).hasSize(1);
    }

    @Test
    void contextTellsWhetherACallIsAPart() {
        assertThat(ResumedCall.isIn(Context.empty())).isFalse();
        assertThat(ResumedCall.isIn(call.in(Context.empty()))).isTrue();
    }

    private UnaryOperator<Context> without(String route) {
        return context -> call.in(CallContext.avoid(route).apply(context));
    }

    private CallResult part(boolean streamed) {
        return streamed
                ? scenario.stream(understudy.stream(REQUEST)
                        .contextWrite(call::in)
                        .contextWrite(CallContext.listener(ofTheSubscriber::add)))
                : scenario.chat(understudy
                        .chat(REQUEST)
                        .contextWrite(call::in)
                        .contextWrite(CallContext.listener(ofTheSubscriber::add)));
    }

    private List<Event> ends() {
        return scenario.events.stream()
                .filter(event -> event instanceof Event.CallSucceeded
                        || event instanceof Event.CallFailed
                        || event instanceof Event.CallCancelled)
                .toList();
    }

    private List<AttemptLog.Attempt> abandoned() {
        return scenario.events(Event.AttemptAbandoned.class).stream()
                .map(Event.AttemptAbandoned::attempt)
                .toList();
    }

    private Event last() {
        return scenario.events.get(scenario.events.size() - 1);
    }
}

package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Message;
import dev.understudy.event.Event;
import dev.understudy.policy.ContextWindow;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trimming of long conversations in calls of a client. */
class TrimmingTest {

    private static final Failure OVERFLOW = Failure.of(FailureKind.CONTEXT_OVERFLOW, "too long");
    private static final Failure TOO_LARGE = Failure.of(FailureKind.REQUEST_TOO_LARGE, "too large");
    private static final ChatRequest FIVE = ChatRequest.of(
            "m",
            List.of(
                    Message.system("Be brief."),
                    Message.user("one"),
                    Message.assistant("two"),
                    Message.user("three"),
                    Message.assistant("four"),
                    Message.user("five")));

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void overflowDropsTheOldestHalf(boolean streamed) {
        a.then(ScriptedAnswer.fail(OVERFLOW), ScriptedAnswer.text("well"));
        CallResult result = ask(scenario.builder(a).build(), FIVE, streamed);
        assertThat(result.text()).isEqualTo("well");
        assertThat(a.requests()).hasSize(2);
        assertThat(a.requests().get(0)).isSameAs(FIVE);
        assertThat(a.requests().get(1).messages())
                .containsExactly(
                        Message.system("Be brief."),
                        Message.user("three"),
                        Message.assistant("four"),
                        Message.user("five"));
        assertThat(FIVE.messages()).hasSize(6);
        assertThat(result.attemptLog().attempts())
                .extracting(AttemptLog.Attempt::dropped)
                .containsExactly(0, 2);
        assertThat(result.attemptLog().attempts())
                .extracting(AttemptLog.Attempt::attempt)
                .containsExactly(1, 2);
        assertThat(scenario.events(Event.Trimmed.class))
                .singleElement()
                .satisfies(trimmed -> assertThat(trimmed.messages()).isEqualTo(2))
                .satisfies(trimmed -> assertThat(trimmed.tokens()).isEqualTo(10));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void systemAndOneMessageAreIrreducible(boolean streamed) {
        a.always(ScriptedAnswer.fail(OVERFLOW));
        ChatRequest shortest = ChatRequest.of("m", "Be brief.", "Who is there?");
        for (ChatRequest request : List.of(shortest, ChatRequest.of("m", "Who is there?"))) {
            int asked = a.subscriptions();
            CallResult result = ask(scenario.builder(a).build(), request, streamed);
            assertThat(result.error)
                    .isInstanceOf(ChatException.Exhausted.class)
                    .hasMessageStartingWith(
                            "The conversation does not fit the model's context window and cannot be reduced further");
            assertThat(a.subscriptions() - asked).as("exactly one call").isEqualTo(1);
        }
        assertThat(scenario.events(Event.Trimmed.class)).isEmpty();
    }

    @Test
    void routeIsTrimmedAtMostOnce() {
        a.always(ScriptedAnswer.fail(OVERFLOW));
        CallResult result = ask(scenario.builder(a).build(), FIVE, false);
        assertThat(result.error).hasMessageContaining("cannot be reduced further");
        assertThat(a.subscriptions()).isEqualTo(2);
        assertThat(result.attemptLog().attempts())
                .extracting(AttemptLog.Attempt::dropped)
                .containsExactly(0, 2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void overflowOfOneCallDoesNotTrimAnother(boolean streamed) {
        a.then(ScriptedAnswer.fail(coded(300)), ScriptedAnswer.text("well"));
        Understudy understudy = scenario.builder(a).build();
        ask(understudy, long5(), streamed);
        assertThat(a.requests().get(1).messages()).as("own call").hasSize(2);
        ask(understudy, long5(), streamed);
        assertThat(a.requests().get(2).messages()).as("other call").isEqualTo(long5().messages());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void windowReportedByTwoCallsTrimsTheNext(boolean streamed) {
        a.then(
                ScriptedAnswer.fail(coded(300)),
                ScriptedAnswer.text("well"),
                ScriptedAnswer.fail(coded(300)),
                ScriptedAnswer.text("well"));
        Understudy understudy = scenario.builder(a).build();
        ask(understudy, long5(), streamed);
        ask(understudy, long5(), streamed);
        assertThat(a.requests()).hasSize(4);
        CallResult next = ask(understudy, long5(), streamed);
        assertThat(a.requests()).as("no third overflow").hasSize(5);
        assertThat(next.attemptLog().attempts())
                .extracting(AttemptLog.Attempt::dropped)
                .containsExactly(4);
        assertThat(a.requests().get(4).messages())
                .as("300 tokens less a quarter for the answer")
                .containsExactly(Message.system("Be brief."), Message.user("five".repeat(100)));
        assertThat(next.served()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void windowReportedInWordsOnlyTrimsNoOtherCall(boolean streamed) {
        a.always(ScriptedAnswer.fail(OVERFLOW.withWindow(300)));
        Understudy understudy = scenario.builder(a).build();
        ask(understudy, long5(), streamed);
        ask(understudy, long5(), streamed);
        int before = a.requests().size();
        ask(understudy, long5(), streamed);
        assertThat(a.requests().get(before).messages()).isEqualTo(long5().messages());
    }

    private static Failure coded(int window) {
        return OVERFLOW.withStatus(400, "context_length_exceeded").withWindow(window);
    }

    private static ChatRequest long5() {
        return ChatRequest.of(
                "m",
                List.of(
                        Message.system("Be brief."),
                        Message.user("one".repeat(100)),
                        Message.assistant("two".repeat(100)),
                        Message.user("three".repeat(100)),
                        Message.assistant("four".repeat(100)),
                        Message.user("five".repeat(100))));
    }

    @Test
    void droppedMessagesAreAddedUp() {
        a.then(ScriptedAnswer.fail(OVERFLOW), ScriptedAnswer.text("well"));
        CallResult result =
                scenario.chat(scenario.builder(a).build().chat(longer(9)).contextWrite(ContextWindow.keep(60)));
        List<Integer> dropped = result.attemptLog().attempts().stream()
                .map(AttemptLog.Attempt::dropped)
                .toList();
        int sent = a.requests().get(0).messages().size();
        int again = a.requests().get(1).messages().size();
        assertThat(again).isLessThan(sent).isGreaterThan(1);
        assertThat(dropped)
                .containsExactly(
                        longer(9).messages().size() - sent, longer(9).messages().size() - again);
        assertThat(dropped.get(0)).isPositive();
        assertThat(scenario.events(Event.Trimmed.class))
                .extracting(Event.Trimmed::messages)
                .isEqualTo(dropped);
    }

    @Test
    void policyInContextReplacesThatOfTheClient() {
        Understudy understudy =
                scenario.builder(a).contextWindow(ContextWindow.keep(1_000)).build();
        scenario.chat(understudy.chat(FIVE));
        scenario.chat(understudy.chat(FIVE).contextWrite(ContextWindow.keep(20)));
        assertThat(a.requests().get(0)).isSameAs(FIVE);
        assertThat(a.requests().get(1).messages()).containsExactly(Message.system("Be brief."), Message.user("five"));
        scenario.chat(understudy.chat(FIVE));
        assertThat(a.requests().get(2)).as("for that call only").isSameAs(FIVE);
    }

    @Test
    void overflowFailsWithoutTrimmingByPolicy() {
        a.always(ScriptedAnswer.fail(OVERFLOW));
        CallResult result = scenario.chat(scenario.builder(a).build().chat(FIVE).contextWrite(ContextWindow.none()));
        assertThat(result.error).hasMessageContaining("cannot be reduced further");
        assertThat(a.subscriptions()).isEqualTo(1);
    }

    @Test
    void largerWindowIsPreferredToTrimming() {
        a.can(Capabilities.assumed().withWindow(8_000)).always(ScriptedAnswer.fail(OVERFLOW));
        b.can(Capabilities.assumed().withWindow(200_000));
        CallResult result = ask(scenario.builder(a, b).build(), FIVE, true);
        assertThat(result.outcomes()).containsExactly("a:failed", "b:served");
        assertThat(b.requests()).containsExactly(FIVE);
        assertThat(result.attemptLog().attempts())
                .extracting(AttemptLog.Attempt::dropped)
                .containsExactly(0, 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void routeOfUnknownWindowIsPreferredToTrimming(boolean streamed) {
        a.can(Capabilities.assumed().withWindow(8_000)).always(ScriptedAnswer.fail(OVERFLOW));
        CallResult result = ask(scenario.builder(a, b).build(), FIVE, streamed);
        assertThat(result.outcomes()).containsExactly("a:failed", "b:served");
        assertThat(b.requests()).containsExactly(FIVE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void largerWindowIsPreferredToUnknownWindow(boolean streamed) {
        ScriptedProvider c =
                ScriptedProvider.named("c").can(Capabilities.assumed().withWindow(200_000));
        a.can(Capabilities.assumed().withWindow(8_000)).always(ScriptedAnswer.fail(OVERFLOW));
        c.always(ScriptedAnswer.fail(OVERFLOW));
        CallResult result = ask(scenario.builder(a, b, c).build(), FIVE, streamed);
        assertThat(result.outcomes()).containsExactly("a:failed", "c:failed", "b:served");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void trimmingFollowsWhenEveryWindowIsTooSmall(boolean streamed) {
        a.then(ScriptedAnswer.fail(OVERFLOW));
        b.then(ScriptedAnswer.fail(OVERFLOW), ScriptedAnswer.text("well"));
        CallResult result = ask(scenario.builder(a, b).build(), FIVE, streamed);
        assertThat(result.outcomes()).containsExactly("a:failed", "b:failed", "b:served");
        assertThat(b.requests().get(1).messages()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void trimmingFollowsWhenTheOtherRouteFailsOtherwise(boolean streamed) {
        a.then(ScriptedAnswer.fail(OVERFLOW), ScriptedAnswer.text("well"));
        b.always(ScriptedAnswer.fail(FailureKind.AUTH));
        CallResult result = ask(scenario.builder(a, b).build(), FIVE, streamed);
        assertThat(result.outcomes()).containsExactly("a:failed", "b:failed", "a:served");
        assertThat(a.requests().get(1).messages()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void requestTooLargeMeansNextRouteWhateverItsWindow(boolean streamed) {
        a.can(Capabilities.assumed().withWindow(131_072)).always(ScriptedAnswer.fail(TOO_LARGE));
        b.can(Capabilities.assumed().withWindow(131_072));
        CallResult result = ask(scenario.builder(a, b).build(), FIVE, streamed);
        assertThat(result.outcomes()).containsExactly("a:failed", "b:served");
        assertThat(b.requests()).containsExactly(FIVE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void requestTooLargeIsTrimmedWhenNoOtherRouteIsLeft(boolean streamed) {
        a.then(ScriptedAnswer.fail(TOO_LARGE), ScriptedAnswer.text("well"));
        CallResult result = ask(scenario.builder(a).build(), FIVE, streamed);
        assertThat(result.outcomes()).containsExactly("a:failed", "a:served");
        assertThat(a.requests().get(1).messages()).hasSize(4);
    }

    @Test
    void requestTooLargeTeachesNoWindow() {
        Failure perMinute = TOO_LARGE.withStatus(413, "rate_limit_exceeded").withWindow(300);
        a.always(ScriptedAnswer.fail(perMinute));
        Understudy understudy = scenario.builder(a).build();
        ask(understudy, long5(), false);
        ask(understudy, long5(), false);
        int before = a.requests().size();
        ask(understudy, long5(), false);
        assertThat(a.requests().get(before).messages()).isEqualTo(long5().messages());
    }

    @Test
    void overflowAfterContentIsAnOverload() {
        a.then(ScriptedAnswer.text("one two three").failAfter(1, coded(300)));
        CallResult result = ask(scenario.builder(a, b).build(), FIVE, true);
        assertThat(result.error).isInstanceOfSatisfying(ChatException.PartialAnswer.class, partial -> {
            assertThat(partial.failure().kind()).isEqualTo(FailureKind.OVERLOADED);
            assertThat(partial.failure().advice().window()).isNull();
        });
        assertThat(result.attemptLog().attempts())
                .extracting(attempt -> attempt.failure().kind())
                .containsExactly(FailureKind.OVERLOADED);
    }

    @Test
    void routeWithEqualWindowIsNotTried() {
        a.can(Capabilities.assumed().withWindow(8_000))
                .then(ScriptedAnswer.fail(OVERFLOW), ScriptedAnswer.text("well"));
        b.can(Capabilities.assumed().withWindow(8_000));
        CallResult result = ask(scenario.builder(a, b).build(), FIVE, true);
        assertThat(result.outcomes()).containsExactly("a:failed", "a:served");
        assertThat(b.subscriptions()).isZero();
    }

    @Test
    void largerModelOfTheSameProviderIsTried() {
        a.can("m", Capabilities.assumed().withWindow(8_000))
                .can("n", Capabilities.assumed().withWindow(100_000))
                .when("m", ScriptedAnswer.fail(OVERFLOW));
        CallResult result = ask(scenario.builder(a).fallback("m", "n").build(), FIVE, true);
        assertThat(result.finish().servedBy().model()).isEqualTo("n");
        assertThat(a.requests().get(1).messages()).isEqualTo(FIVE.messages());
    }

    @Test
    void largerWindowWithOpenCircuitIsNotWaitedFor() {
        a.can(Capabilities.assumed().withWindow(8_000))
                .then(ScriptedAnswer.fail(OVERFLOW), ScriptedAnswer.text("well"));
        b.can(Capabilities.assumed().withWindow(200_000));
        Understudy understudy = scenario.builder(a, b).build();
        understudy.control().hold("b", null);
        assertThat(ask(understudy, FIVE, true).outcomes()).containsExactly("b:skipped", "a:failed", "a:served");
    }

    @Test
    void declaredWindowIsObeyedBeforeAnyOverflow() {
        a.can(Capabilities.assumed().withWindow(60));
        CallResult result = ask(scenario.builder(a).build(), longer(20), false);
        assertThat(result.served()).isTrue();
        assertThat(a.requests()).hasSize(1);
        int sent = a.requests().get(0).messages().size();
        assertThat(sent).isLessThan(21);
        assertThat(result.attemptLog().attempts().get(0).dropped())
                .isEqualTo(longer(20).messages().size() - sent);
    }

    @Test
    void eachRouteIsTrimmedByItselfAndRequestUnchanged() {
        ChatRequest request = longer(20);
        List<Message> before = List.copyOf(request.messages());
        a.can(Capabilities.assumed().withWindow(60)).always(ScriptedAnswer.fail(FailureKind.AUTH));
        b.can(Capabilities.assumed().withWindow(100_000));
        ask(scenario.builder(a, b).build(), request, false);
        assertThat(a.requests().get(0).messages().size()).isLessThan(21);
        assertThat(b.requests()).containsExactly(request);
        assertThat(request.messages()).isEqualTo(before);
    }

    private CallResult ask(Understudy understudy, ChatRequest request, boolean streamed) {
        return streamed ? scenario.stream(understudy.stream(request)) : scenario.chat(understudy.chat(request));
    }

    /** Returns a system message and further messages, the last of which is a user message. */
    private static ChatRequest longer(int messages) {
        ChatRequest request = ChatRequest.of("m", List.of(Message.system("Be brief.")));
        for (int i = messages; i > 0; i--) {
            request = request.plus(i % 2 == 1 ? Message.user("question " + i) : Message.assistant("answer " + i));
        }
        return request;
    }
}

package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualStage.Heard;
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

/** Conversations that are too long, on their way through a door. */
class TrimWalkTest {

    private static final Failure OVERFLOW = Failure.of(FailureKind.CONTEXT_OVERFLOW, "too long");
    private static final ChatRequest FIVE = ChatRequest.of(
            "m",
            List.of(
                    Message.system("Be brief."),
                    Message.user("one"),
                    Message.assistant("two"),
                    Message.user("three"),
                    Message.assistant("four"),
                    Message.user("five")));

    private final VirtualStage stage = new VirtualStage();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fiveTurnsLoseTheirOldestHalfAndKeepTheSystemMessageAndTheLastQuestion(boolean streamed) {
        a.then(ScriptedAnswer.fail(OVERFLOW), ScriptedAnswer.text("well"));
        Heard heard = ask(stage.builder(a).build(), FIVE, streamed);
        assertThat(heard.text()).isEqualTo("well");
        assertThat(a.requests()).hasSize(2);
        assertThat(a.requests().get(0)).isSameAs(FIVE);
        assertThat(a.requests().get(1).messages())
                .containsExactly(
                        Message.system("Be brief."),
                        Message.user("three"),
                        Message.assistant("four"),
                        Message.user("five"));
        assertThat(FIVE.messages()).hasSize(6);
        assertThat(heard.trail().attempts())
                .extracting(AttemptLog.Attempt::dropped)
                .containsExactly(0, 2);
        assertThat(heard.trail().attempts())
                .extracting(AttemptLog.Attempt::attempt)
                .containsExactly(1, 2);
        assertThat(stage.events(Event.Trimmed.class))
                .singleElement()
                .satisfies(trimmed -> assertThat(trimmed.messages()).isEqualTo(2))
                .satisfies(trimmed -> assertThat(trimmed.tokens()).isEqualTo(10));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSystemMessageAndOneQuestionCannotBeReduced(boolean streamed) {
        a.always(ScriptedAnswer.fail(OVERFLOW));
        ChatRequest shortest = ChatRequest.of("m", "Be brief.", "Who is there?");
        for (ChatRequest request : List.of(shortest, ChatRequest.of("m", "Who is there?"))) {
            int asked = a.subscriptions();
            Heard heard = ask(stage.builder(a, b).build(), request, streamed);
            assertThat(heard.error)
                    .isInstanceOf(ChatException.Exhausted.class)
                    .hasMessageStartingWith(
                            "The conversation does not fit the model's context window and cannot be reduced further");
            assertThat(a.subscriptions() - asked).as("exactly one call").isEqualTo(1);
            assertThat(b.subscriptions()).isZero();
        }
        assertThat(stage.events(Event.Trimmed.class)).isEmpty();
    }

    @Test
    void aRouteIsTrimmedOnceAndThenItIsOver() {
        a.always(ScriptedAnswer.fail(OVERFLOW));
        Heard heard = ask(stage.builder(a).build(), FIVE, false);
        assertThat(heard.error).hasMessageContaining("cannot be reduced further");
        assertThat(a.subscriptions()).isEqualTo(2);
        assertThat(heard.trail().attempts())
                .extracting(AttemptLog.Attempt::dropped)
                .containsExactly(0, 2);
    }

    @Test
    void aLearnedWindowIsUsedBeforeTheNextCall() {
        a.then(ScriptedAnswer.fail(OVERFLOW.withWindow(24)), ScriptedAnswer.text("well"));
        Understudy understudy = stage.builder(a).build();
        ask(understudy, FIVE, true);
        assertThat(a.requests()).hasSize(2);
        Heard next = ask(understudy, FIVE, true);
        assertThat(a.requests()).as("no second overflow").hasSize(3);
        assertThat(next.trail().attempts())
                .extracting(AttemptLog.Attempt::dropped)
                .containsExactly(4);
        assertThat(a.requests().get(2).messages())
                .as("24 tokens less a quarter for the answer")
                .containsExactly(Message.system("Be brief."), Message.user("five"));
        assertThat(next.served()).isTrue();
    }

    @Test
    void whatWasDroppedBeforeAndAfterAnOverflowIsAddedUp() {
        a.then(ScriptedAnswer.fail(OVERFLOW), ScriptedAnswer.text("well"));
        Heard heard = stage.chat(stage.builder(a).build().chat(longer(9)).contextWrite(ContextWindow.keep(60)));
        List<Integer> dropped = heard.trail().attempts().stream()
                .map(AttemptLog.Attempt::dropped)
                .toList();
        int sent = a.requests().get(0).messages().size();
        int again = a.requests().get(1).messages().size();
        assertThat(again).isLessThan(sent).isGreaterThan(1);
        assertThat(dropped)
                .containsExactly(
                        longer(9).messages().size() - sent, longer(9).messages().size() - again);
        assertThat(dropped.get(0)).isPositive();
        assertThat(stage.events(Event.Trimmed.class))
                .extracting(Event.Trimmed::messages)
                .isEqualTo(dropped);
    }

    @Test
    void aPolicyInTheContextReplacesThatOfTheDoor() {
        Understudy understudy =
                stage.builder(a).contextWindow(ContextWindow.keep(1_000)).build();
        stage.chat(understudy.chat(FIVE));
        stage.chat(understudy.chat(FIVE).contextWrite(ContextWindow.keep(20)));
        assertThat(a.requests().get(0)).isSameAs(FIVE);
        assertThat(a.requests().get(1).messages()).containsExactly(Message.system("Be brief."), Message.user("five"));
        stage.chat(understudy.chat(FIVE));
        assertThat(a.requests().get(2)).as("for that call only").isSameAs(FIVE);
    }

    @Test
    void aPolicyThatDropsNothingFailsWhenItOverflows() {
        a.always(ScriptedAnswer.fail(OVERFLOW));
        Heard heard = stage.chat(stage.builder(a).build().chat(FIVE).contextWrite(ContextWindow.off()));
        assertThat(heard.error).hasMessageContaining("cannot be reduced further");
        assertThat(a.subscriptions()).isEqualTo(1);
    }

    @Test
    void aLargerWindowIsPreferredToDroppingAnything() {
        a.can(Capabilities.assumed().withWindow(8_000)).always(ScriptedAnswer.fail(OVERFLOW));
        b.can(Capabilities.assumed().withWindow(200_000));
        Heard heard = ask(stage.builder(a, b).build(), FIVE, true);
        assertThat(heard.outcomes()).containsExactly("a:failed", "b:served");
        assertThat(b.requests()).containsExactly(FIVE);
        assertThat(heard.trail().attempts())
                .extracting(AttemptLog.Attempt::dropped)
                .containsExactly(0, 0);
    }

    @Test
    void aWindowThatIsNotLargerIsNoHelp() {
        a.can(Capabilities.assumed().withWindow(8_000))
                .then(ScriptedAnswer.fail(OVERFLOW), ScriptedAnswer.text("well"));
        b.can(Capabilities.assumed().withWindow(8_000));
        Heard heard = ask(stage.builder(a, b).build(), FIVE, true);
        assertThat(heard.outcomes()).containsExactly("a:failed", "a:served");
        assertThat(b.subscriptions()).isZero();
    }

    @Test
    void aLargerModelOfTheSameProviderCounts() {
        a.can("m", Capabilities.assumed().withWindow(8_000))
                .can("n", Capabilities.assumed().withWindow(100_000))
                .when("m", ScriptedAnswer.fail(OVERFLOW));
        Heard heard = ask(stage.builder(a).fallback("m", "n").build(), FIVE, true);
        assertThat(heard.finish().servedBy().model()).isEqualTo("n");
        assertThat(a.requests().get(1).messages()).isEqualTo(FIVE.messages());
    }

    @Test
    void aLargerWindowWhoseCircuitIsOpenIsNotWaitedFor() {
        a.can(Capabilities.assumed().withWindow(8_000))
                .then(ScriptedAnswer.fail(OVERFLOW), ScriptedAnswer.text("well"));
        b.can(Capabilities.assumed().withWindow(200_000));
        Understudy understudy = stage.builder(a, b).build();
        understudy.control().hold("b", null);
        assertThat(ask(understudy, FIVE, true).outcomes()).containsExactly("b:skipped", "a:failed", "a:served");
    }

    @Test
    void aDeclaredWindowIsKeptWithoutAnyOverflow() {
        a.can(Capabilities.assumed().withWindow(60));
        Heard heard = ask(stage.builder(a).build(), longer(20), false);
        assertThat(heard.served()).isTrue();
        assertThat(a.requests()).hasSize(1);
        int sent = a.requests().get(0).messages().size();
        assertThat(sent).isLessThan(21);
        assertThat(heard.trail().attempts().get(0).dropped())
                .isEqualTo(longer(20).messages().size() - sent);
    }

    @Test
    void eachRouteGetsWhatFitsItAndTheCallersRequestStaysWhatItWas() {
        ChatRequest request = longer(20);
        List<Message> before = List.copyOf(request.messages());
        a.can(Capabilities.assumed().withWindow(60)).always(ScriptedAnswer.fail(FailureKind.AUTH));
        b.can(Capabilities.assumed().withWindow(100_000));
        ask(stage.builder(a, b).build(), request, false);
        assertThat(a.requests().get(0).messages().size()).isLessThan(21);
        assertThat(b.requests()).containsExactly(request);
        assertThat(request.messages()).isEqualTo(before);
    }

    private Heard ask(Understudy understudy, ChatRequest request, boolean streamed) {
        return streamed ? stage.stream(understudy.stream(request)) : stage.chat(understudy.chat(request));
    }

    /** A system message, and so many more that end with a question. */
    private static ChatRequest longer(int messages) {
        ChatRequest request = ChatRequest.of("m", List.of(Message.system("Be brief.")));
        for (int i = messages; i > 0; i--) {
            request = request.plus(i % 2 == 1 ? Message.user("question " + i) : Message.assistant("answer " + i));
        }
        return request;
    }
}

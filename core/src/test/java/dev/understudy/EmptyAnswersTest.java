package dev.understudy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.event.Event;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.StepVerifier;

/** Answers that finish without text and without a tool call. */
class EmptyAnswersTest {

    private static final ScriptedAnswer EMPTY = ScriptedAnswer.empty();
    private static final ScriptedAnswer REASONING = ScriptedAnswer.empty().withReasoning("Thought.");

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b").always(ScriptedAnswer.text("from b"));

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lengthWithoutTextIsAnAnswer(boolean streamed) {
        Usage spent = Usage.of(40, 400).withReasoning(400);
        a.always(EMPTY.withFinish(FinishReason.LENGTH).withUsage(spent));
        assertEmptyAnswer(REQUEST, FinishReason.LENGTH, streamed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lengthWithReasoningOnlyIsAnAnswer(boolean streamed) {
        a.always(REASONING.withFinish(FinishReason.LENGTH));
        assertEmptyAnswer(REQUEST, FinishReason.LENGTH, streamed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pausedTurnWithoutTextIsAnAnswer(boolean streamed) {
        a.always(EMPTY.withFinish(FinishReason.PAUSE));
        assertEmptyAnswer(REQUEST, FinishReason.PAUSE, streamed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stopBehindToolResultIsAnAnswer(boolean streamed) {
        a.always(EMPTY);
        ToolCall call = new ToolCall("1", "clock", "{}");
        ChatRequest behindResult = ChatRequest.of(
                "m",
                List.of(
                        Message.user("Set the clock."),
                        new Message.Assistant("", List.of(call), List.of()),
                        Message.toolResult(call, "done")));
        assertEmptyAnswer(behindResult, FinishReason.STOP, streamed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stopOfCallLimitedToFewTokensIsAnAnswer(boolean streamed) {
        a.always(EMPTY);
        assertEmptyAnswer(REQUEST.withMaxTokens(16), FinishReason.STOP, streamed);
    }

    private void assertEmptyAnswer(ChatRequest request, FinishReason reason, boolean streamed) {
        Understudy understudy =
                scenario.builder(a, b).retry(RetryPolicy.defaults()).build();
        for (int i = 1; i <= 6; i++) {
            CallResult result = ask(understudy, request, streamed);
            assertThat(result.finish().reason()).isEqualTo(reason);
            assertThat(result.text()).isEmpty();
            assertThat(result.outcomes()).containsExactly("a:served");
            assertThat(a.subscriptions()).isEqualTo(i);
        }
        assertThat(b.subscriptions()).isZero();
        assertThat(scenario.events(Event.CircuitStateChanged.class)).isEmpty();
        assertThat(VirtualScenario.standing(understudy, "a").consecutiveFailures())
                .isZero();
        assertThat(scenario.events(Event.CallSucceeded.class)).hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refusalWithoutTextIsNotAskedElsewhere(boolean streamed) {
        a.always(ScriptedAnswer.chunks(
                new StreamChunk.Refusal("I cannot help with that.", 0),
                new StreamChunk.Finish(
                        FinishReason.STOP, Usage.of(9, 5), VendorMetadata.none(), ServedBy.by("a", "m"))));
        Understudy understudy =
                scenario.builder(a, b).retry(RetryPolicy.defaults()).build();
        CallResult result = ask(understudy, REQUEST, streamed);
        assertThat(result.error).isInstanceOfSatisfying(ChatException.class, error -> {
            assertThat(error.failure().kind()).isEqualTo(FailureKind.CONTENT_FILTERED);
            assertThat(error.failure().message()).isEqualTo("the model refused: I cannot help with that.");
        });
        assertThat(b.subscriptions()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stopWithoutTextIsAskedOnceMoreThenElsewhere(boolean streamed) {
        a.always(EMPTY);
        Understudy understudy =
                scenario.builder(a, b).retry(RetryPolicy.defaults()).build();
        for (int i = 1; i <= 5; i++) {
            CallResult result = ask(understudy, REQUEST.withMaxTokens(17), streamed);
            assertThat(result.outcomes()).containsExactly("a:failed", "a:failed", "b:served");
            assertThat(result.attemptLog().attempts().get(0).failure().kind()).isEqualTo(FailureKind.EMPTY);
        }
        assertThat(scenario.events(Event.CircuitStateChanged.class))
                .as("never opens a circuit by itself")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reasoningAloneIsNoAnswer(boolean streamed) {
        a.always(REASONING);
        CallResult result = ask(scenario.builder(a, b).build(), REQUEST, streamed);
        assertThat(result.text()).isEqualTo("from b");
        assertThat(result.outcomes()).containsExactly("a:failed", "b:served");
        assertThat(result.attemptLog().attempts().get(0).failure().kind()).isEqualTo(FailureKind.EMPTY);
    }

    @Test
    void refusalBehindStreamedReasoningIsDelivered() {
        StreamChunk thought = new StreamChunk.Reasoning("May I?", null);
        StreamChunk refusal = new StreamChunk.Refusal("I cannot.");
        a.always(ScriptedAnswer.chunks(
                thought,
                refusal,
                new StreamChunk.Finish(FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("a", "m"))));
        StepVerifier.create(scenario.builder(a, b).build().stream(REQUEST))
                .expectNext(thought, refusal)
                .expectNextMatches(StreamChunk.Finish.class::isInstance)
                .verifyComplete();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reasoningAloneEverywhereEndsAsExhausted(boolean streamed) {
        a.always(REASONING);
        CallResult result = ask(scenario.builder(a).build(), REQUEST, streamed);
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(result.attemptLog().attempts())
                .extracting(AttemptLog.Attempt::outcome)
                .containsExactly(AttemptLog.Outcome.FAILED);
    }

    @Test
    void streamedReasoningIsRetractedBeforeTheNextAttempt() {
        a.always(REASONING);
        b.always(ScriptedAnswer.text("from b").withReasoning("Another."));
        Understudy understudy = scenario.builder(a, b).build();
        StepVerifier.create(understudy.stream(REQUEST), 0)
                .thenRequest(1)
                .expectNext(new StreamChunk.Reasoning("Thought.", null))
                .thenRequest(1)
                .expectNext(new StreamChunk.Reset(0, FailureKind.EMPTY))
                .thenRequest(1)
                .expectNext(new StreamChunk.Reasoning("Another.", null))
                .thenRequest(10)
                .thenConsumeWhile(chunk -> !(chunk instanceof StreamChunk.Finish))
                .expectNextMatches(StreamChunk.Finish.class::isInstance)
                .verifyComplete();
        ChatResponse whole = understudy.chat(REQUEST).block();
        ChatResponse joined =
                ChatResponseAggregator.collect(understudy.stream(REQUEST)).block();
        assertThat(joined.reasoningBlocks()).isEqualTo(whole.reasoningBlocks());
        assertThat(joined.text()).isEqualTo(whole.text());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reasoningAloneOfHedgedAttemptIsLoggedOnce(boolean streamed) {
        a.always(scenario.timed(REASONING.beforeFirst(Duration.ofMillis(100))));
        Understudy understudy =
                scenario.builder(a, b).hedging(HedgingPolicy.defaults()).build();
        CallResult result = ask(understudy, REQUEST, streamed);
        scenario.advance(Duration.ofSeconds(2));
        assertThat(result.text()).isEqualTo("from b");
        assertThat(result.outcomes()).containsExactly("a:failed", "b:served");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cutAnswerIsAskedOnceMoreThenElsewhere(boolean streamed) {
        a.always(ScriptedAnswer.fail(FailureKind.TRUNCATED));
        Understudy understudy =
                scenario.builder(a, b).retry(RetryPolicy.defaults()).build();
        assertThat(ask(understudy, REQUEST, streamed).outcomes()).containsExactly("a:failed", "a:failed", "b:served");
    }

    private CallResult ask(Understudy understudy, ChatRequest request, boolean streamed) {
        CallResult result =
                streamed ? scenario.stream(understudy.stream(request)) : scenario.chat(understudy.chat(request));
        scenario.advance(Duration.ofSeconds(2));
        return result;
    }
}

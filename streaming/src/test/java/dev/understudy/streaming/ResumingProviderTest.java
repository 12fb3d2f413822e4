package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Tool;
import dev.understudy.chat.Usage;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TokenCounter;
import dev.understudy.streaming.seam.Anchor;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class ResumingProviderTest {

    private static final ChatRequest ASKED = ChatRequest.of("m", "Tell me a story");
    private static final Failure RESET = Failure.of(FailureKind.CONNECT, "connection reset");
    private static final Capabilities PREFILL = Capabilities.assumed().withFeature(Feature.PREFILL);
    private static final ScriptedAnswer CUT =
            ScriptedAnswer.tokens("Once", " upon", " a ti", "me").failAfter(3, RESET);
    private static final ScriptedAnswer REST =
            ScriptedAnswer.tokens("me", " there", " was").withUsage(Usage.of(14, 3));

    private final ScriptedProvider one = ScriptedProvider.named("one").then(CUT);
    private final ScriptedProvider two = ScriptedProvider.named("two");
    private final ScriptedProvider three = ScriptedProvider.named("three");

    private ChatProvider over(ResumePolicy policy, ChatProvider... providers) {
        UnderstudyBuilder understudy =
                Understudy.builder().retry(RetryPolicy.defaults().withRetries(0));
        for (ChatProvider provider : providers) {
            understudy.provider(provider);
        }
        return ResumingProvider.over(understudy.build(), policy);
    }

    private static ChatResponse answer(List<StreamChunk> chunks) {
        return ChatResponseAggregator.collect(Flux.fromIterable(chunks)).block();
    }

    static String text(List<StreamChunk> chunks) {
        StringBuilder text = new StringBuilder();
        chunks.forEach(chunk -> text.append(chunk.text()));
        return text.toString();
    }

    private static ChatException.PartialAnswer partial(Flux<StreamChunk> stream) {
        ChatException.PartialAnswer[] caught = new ChatException.PartialAnswer[1];
        StepVerifier.create(stream)
                .thenConsumeWhile(chunk -> true)
                .expectErrorSatisfies(error -> caught[0] = (ChatException.PartialAnswer) error)
                .verify();
        return caught[0];
    }

    private static List<AttemptLog.Outcome> outcomes(AttemptLog attemptLog) {
        return attemptLog.attempts().stream().map(AttemptLog.Attempt::outcome).toList();
    }

    @Test
    void aCutInMidWordGoesOnElsewhereByPrefill() {
        two.can(PREFILL).then(REST);
        List<StreamChunk> chunks =
                over(ResumePolicy.exact(), one, two).stream(ASKED).collectList().block();

        assertThat(text(chunks)).isEqualTo("Once upon a time there was");
        assertThat(chunks).contains(new StreamChunk.Switched("one", "two", FailureKind.CONNECT, 11));
        assertThat(two.requests().get(0).messages())
                .containsExactly(Message.user("Tell me a story"), Message.assistant("Once upon a ti"));
        ChatResponse answer = answer(chunks);
        assertThat(answer.servedBy().requestedProvider()).isEqualTo("one");
        assertThat(answer.servedBy().provider()).isEqualTo("two");
        assertThat(answer.servedBy().fallback()).isTrue();
        assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(outcomes(answer.servedBy().attemptLog()))
                .containsExactly(AttemptLog.Outcome.PARTIAL, AttemptLog.Outcome.SERVED);
        Usage cut = answer.servedBy().attemptLog().attempts().get(0).usage();
        assertThat(cut.estimated()).isTrue();
        assertThat(cut.output()).isEqualTo(TokenCounter.estimate("Once upon a ti"));
        assertThat(answer.usage()).isEqualTo(cut.plus(Usage.of(14, 3)));
    }

    @Test
    void aStreamThatIsNotCutIsTheSameButForItsPieces() {
        ScriptedProvider fine = ScriptedProvider.named("fine").then(REST);
        StepVerifier.create(over(ResumePolicy.exact(), fine).stream(ASKED).map(StreamChunk::text))
                .expectNext("me", " there", " was", "")
                .verifyComplete();
        assertThat(fine.requests()).containsExactly(ASKED);
    }

    @Test
    void withoutFurtherRoutesTheStreamEndsAsPartialAnswer() {
        two.always(ScriptedAnswer.tokens("Long", " ago"));
        ChatException.PartialAnswer end = partial(over(ResumePolicy.exact(), one, two).stream(ASKED));
        assertThat(end.partial().text()).isEqualTo("Once upon a");
        assertThat(end.failure()).isEqualTo(RESET);
        assertThat(two.cancelled()).isEqualTo(1);
        assertThat(end.partial().servedBy().provider()).isEqualTo("one");
    }

    @Test
    void aRefusalOfPrefillIsRememberedCostsNoTakeoverAndHidesNothing() {
        Failure refusal = Failure.of(FailureKind.UNSUPPORTED, "no prefill").withRefusedParameter("prefill");
        two.can(PREFILL)
                .rule(asked -> asked.messages().size() > 1
                        ? ScriptedAnswer.fail(refusal)
                        : ScriptedAnswer.tokens("Once", " and", " for all"));
        ChatProvider provider =
                over(ResumePolicy.of(ResumePolicy.Strategy.PREFILL, ResumePolicy.Strategy.RESTART), one, two);
        for (int i = 1; i <= 2; i++) {
            List<StreamChunk> chunks = provider.stream(ASKED).collectList().block();
            assertThat(answer(chunks).text()).isEqualTo("Once and for all");
            assertThat(two.requests().stream().filter(asked -> asked.messages().size() > 1))
                    .as("asked for prefill once in all")
                    .hasSize(1);
        }
        ScriptedProvider again = ScriptedProvider.named("one").then(CUT);
        ScriptedProvider refuses = ScriptedProvider.named("two").can(PREFILL).always(ScriptedAnswer.fail(refusal));
        ChatException.PartialAnswer end =
                partial(over(ResumePolicy.of(ResumePolicy.Strategy.PREFILL), again, refuses).stream(ASKED));
        assertThat(end.failure()).isEqualTo(RESET);
        assertThat(end.getSuppressed()).hasSize(1);
        assertThat(outcomes(end.attemptLog())).containsExactly(AttemptLog.Outcome.PARTIAL, AttemptLog.Outcome.FAILED);
    }

    @Test
    void restartTakesBackWhatWasShown() {
        two.then(ScriptedAnswer.tokens("Long", " ago"));
        List<StreamChunk> chunks = over(ResumePolicy.restarting(), one, two).stream(ASKED)
                .collectList()
                .block();
        assertThat(chunks.subList(0, 5))
                .containsExactly(
                        new StreamChunk.Text("Once"),
                        new StreamChunk.Text(" upon a"),
                        new StreamChunk.Switched("one", "two", FailureKind.CONNECT, 11),
                        new StreamChunk.Reset(0, FailureKind.CONNECT),
                        new StreamChunk.Text("Long"));
        ChatResponse answer = answer(chunks);
        assertThat(answer.text()).isEqualTo("Long ago");
        assertThat(outcomes(answer.servedBy().attemptLog()))
                .containsExactly(AttemptLog.Outcome.WASTED, AttemptLog.Outcome.WASTED, AttemptLog.Outcome.SERVED);
    }

    @Test
    void aRestartThatNobodyAnswersTakesNothingBack() {
        two.then(ScriptedAnswer.fail(FailureKind.SERVER));
        ScriptedProvider once = ScriptedProvider.named("one").then(CUT, ScriptedAnswer.fail(FailureKind.OVERLOADED));
        List<StreamChunk> heard = new java.util.ArrayList<>();
        ChatException.PartialAnswer end =
                partial(over(ResumePolicy.restarting(), once, two).stream(ASKED).doOnNext(heard::add));
        assertThat(end.partial().text()).isEqualTo("Once upon a");
        assertThat(end.failure()).isEqualTo(RESET);
        assertThat(heard).noneMatch(StreamChunk.Reset.class::isInstance);
    }

    @Test
    void anAttemptThatShowedNothingIsNotChargedForWhatWasShownBefore() {
        ScriptedProvider alone = ScriptedProvider.named("alone")
                .then(CUT, ScriptedAnswer.tokens("Lo").failAfter(1, RESET));
        ChatException.PartialAnswer end = partial(
                ResumingProvider.over(
                        alone, ResumePolicy.of(ResumePolicy.Strategy.RESTART).withTakeovers(1))
                        .stream(ASKED));
        assertThat(outcomes(end.attemptLog())).containsExactly(AttemptLog.Outcome.PARTIAL, AttemptLog.Outcome.WASTED);
        assertThat(end.attemptLog().attempts().get(1).usage().output()).isEqualTo(TokenCounter.estimate("Lo"));
    }

    @Test
    void replayOfAnotherAnswerIsAbandoned() {
        two.then(ScriptedAnswer.tokens("Once", " upon", " some", " time"));
        ChatException.PartialAnswer end =
                partial(over(ResumePolicy.exact(), one, two).stream(ASKED.withTemperature(0)));
        assertThat(end.partial().text()).isEqualTo("Once upon a");
        assertThat(end.failure()).isEqualTo(RESET);
        assertThat(outcomes(end.attemptLog())).startsWith(AttemptLog.Outcome.PARTIAL, AttemptLog.Outcome.WASTED);
        assertThat(end.attemptLog().attempts().get(1).provider()).isEqualTo("two");
        assertThat(two.subscriptions()).isEqualTo(1);
        assertThat(two.cancelled()).isEqualTo(1);
    }

    @Test
    void replayEmitsNothingUntilItIsLonger() {
        two.then(ScriptedAnswer.tokens("Once upon", " a time", " there"));
        StepVerifier.create(over(ResumePolicy.exact(), one, two).stream(ASKED.withSeed(1))
                        .filter(StreamChunk::isContent)
                        .map(StreamChunk::text))
                .expectNext("Once", " upon a", " time", " there")
                .verifyComplete();
    }

    @Test
    void anAnchoredTakeoverAsksForTheLastWordsAndTrimsThem() {
        String long1 = "It was a bright cold day in April, and the clocks were striking";
        ScriptedProvider cut = ScriptedProvider.named("one")
                .then(ScriptedAnswer.text(long1 + " thirteen. Winston").failAfter(14, RESET));
        two.rule(asked -> {
            if (asked.messages().size() == 1) {
                return ScriptedAnswer.text("He sat down.");
            }
            Message.User last = (Message.User) asked.messages().get(2);
            String words = last.text().split("\n---\n")[1];
            return ScriptedAnswer.text("Of course. " + words + " thirteen. Winston Smith");
        });
        ChatRequest request = ASKED.withMaxTokens(40);
        List<StreamChunk> chunks = over(ResumePolicy.anchored(), cut, two).stream(request)
                .collectList()
                .block();
        assertThat(text(chunks)).isEqualTo(long1 + " thirteen. Winston Smith");
        ChatRequest quoting = two.requests().get(1);
        List<Message> asked = quoting.messages();
        assertThat(((Message.Assistant) asked.get(1)).text())
                .startsWith("It was")
                .endsWith("striking");
        int quoted = Anchor.of(((Message.Assistant) asked.get(1)).text(), 40).length();
        assertThat(quoting.sampling().maxTokens()).isBetween(40 - 14 + quoted, 40 + quoted);
    }

    @Test
    void maxTokensShrinksByThePiecesReceivedOnly() {
        two.can(PREFILL).always(REST);
        assertThat(text(over(ResumePolicy.exact(), one, two).stream(ASKED.withMaxTokens(10))
                        .collectList()
                        .block()))
                .isEqualTo("Once upon a time there was");
        assertThat(two.requests().get(0).sampling().maxTokens()).isEqualTo(10 - 3);

        ScriptedProvider again = ScriptedProvider.named("one").then(CUT);
        ChatException.PartialAnswer end = partial(
                over(ResumePolicy.of(ResumePolicy.Strategy.PREFILL), again, two).stream(ASKED.withMaxTokens(3)));
        assertThat(end.partial().text()).isEqualTo("Once upon a");
        assertThat(two.subscriptions()).isEqualTo(1);
    }

    @Test
    void whatIsRefusedIsNotCarriedElsewhere() {
        Failure filtered = Failure.of(FailureKind.CONTENT_FILTERED, "filtered");
        ScriptedProvider filters = ScriptedProvider.named("one")
                .then(ScriptedAnswer.tokens("Once", " upon", " a").failAfter(3, filtered));
        two.can(PREFILL).then(REST);
        assertThat(partial(over(ResumePolicy.restarting(), filters, two).stream(ASKED))
                        .failure())
                .isEqualTo(filtered);
        assertThat(two.subscriptions()).isZero();
    }

    @Test
    void secondTakeoverFollowsAFailedOneWithinThePolicy() {
        two.can(PREFILL)
                .always(ScriptedAnswer.tokens("me", " there", " wa")
                        .failAfter(3, Failure.of(FailureKind.SERVER, "broke")));
        three.can(PREFILL).always(ScriptedAnswer.tokens("s", " a cat"));
        ChatException.PartialAnswer end =
                partial(over(ResumePolicy.exact().withTakeovers(1), one, two, three).stream(ASKED));
        assertThat(end.partial().text()).isEqualTo("Once upon a time there");
        assertThat(end.failure().kind()).isEqualTo(FailureKind.SERVER);
        assertThat(outcomes(end.attemptLog()))
                .startsWith(AttemptLog.Outcome.PARTIAL)
                .endsWith(AttemptLog.Outcome.PARTIAL);

        ScriptedProvider again = ScriptedProvider.named("one").then(CUT);
        List<StreamChunk> chunks = over(ResumePolicy.exact().withTakeovers(2), again, two, three).stream(ASKED)
                .collectList()
                .block();
        assertThat(text(chunks)).isEqualTo("Once upon a time there was a cat");
        assertThat(chunks)
                .contains(
                        new StreamChunk.Switched("one", "two", FailureKind.CONNECT, 11),
                        new StreamChunk.Switched("two", "three", FailureKind.SERVER, 22));
    }

    @Test
    void aToolCallCutInHalfIsNeverSeen() {
        ScriptedProvider calls = ScriptedProvider.named("one")
                .then(ScriptedAnswer.chunks(
                                new StreamChunk.Text("Let me see"),
                                new StreamChunk.ToolCallPart(0, "1", "clock", "{\"zo"))
                        .failAfter(2, RESET));
        two.can(PREFILL).then(ScriptedAnswer.text("").withToolCall("9", "clock", "{\"zone\":1}"));
        List<StreamChunk> chunks = over(ResumePolicy.exact(), calls, two).stream(
                        ASKED.withTools(List.of(Tool.of("clock", "tells the time"))))
                .collectList()
                .block();
        assertThat(chunks).noneMatch(StreamChunk.ToolCallPart.class::isInstance);
        ChatResponse answer = answer(chunks);
        assertThat(answer.text()).isEqualTo("Let me see");
        assertThat(answer.toolCalls()).singleElement().satisfies(call -> assertThat(call.arguments())
                .isEqualTo("{\"zone\":1}"));
    }

    @Test
    void answerWithEmittedReasoningIsReplayedOnly() {
        ScriptedProvider thinks = ScriptedProvider.named("one")
                .then(ScriptedAnswer.tokens("Once", " upon", " a ti")
                        .withReasoning("A story.")
                        .failAfter(5, RESET));
        two.can(PREFILL).then(REST);
        ChatException.PartialAnswer end = partial(over(ResumePolicy.anchored(), thinks, two).stream(ASKED));
        assertThat(end.partial().reasoning()).isEqualTo("A story.");
        assertThat(end.partial().text()).isEqualTo("Once upon a");
        assertThat(two.requests()).as("replayed, not continued").containsOnly(ASKED);
    }

    @Test
    void jsonComesWholeAndItsCutIsInvisibleAndCostsNothing() {
        ScriptedAnswer json = ScriptedAnswer.tokens("{\"a\"", ": 1", "}");
        ScriptedProvider first = ScriptedProvider.named("one").then(json.failAfter(2, RESET));
        two.then(json.failAfter(2, RESET));
        three.then(json);
        List<StreamChunk> chunks = over(ResumePolicy.exact(), first, two, three).stream(
                        ASKED.withFormat(ResponseFormat.json()))
                .collectList()
                .block();
        assertThat(chunks.stream().filter(StreamChunk::isContent)).containsExactly(new StreamChunk.Text("{\"a\": 1}"));
        assertThat(outcomes(answer(chunks).servedBy().attemptLog()))
                .containsExactly(AttemptLog.Outcome.WASTED, AttemptLog.Outcome.WASTED, AttemptLog.Outcome.SERVED);
    }

    @Test
    void aSingleProviderIsAskedAgainUnlessItWasSilent() {
        ScriptedProvider alone = ScriptedProvider.named("alone").can(PREFILL).then(CUT, REST);
        List<StreamChunk> chunks =
                ResumingProvider.over(alone).stream(ASKED).collectList().block();
        assertThat(text(chunks)).isEqualTo("Once upon a time there was");
        assertThat(chunks).contains(new StreamChunk.Switched("alone", "alone", FailureKind.CONNECT, 11));

        ScriptedProvider silent = ScriptedProvider.named("silent")
                .can(PREFILL)
                .then(CUT.failAfter(3, Failure.of(FailureKind.TIMEOUT, "silent")), REST);
        assertThat(partial(ResumingProvider.over(silent).stream(ASKED))
                        .failure()
                        .kind())
                .isEqualTo(FailureKind.TIMEOUT);
        assertThat(silent.subscriptions()).isEqualTo(1);
    }

    @Test
    void aStalledStreamIsTakenOverAndItsServerIsNotAskedAgain() {
        ScriptedProvider stalls = ScriptedProvider.named("one").can(PREFILL).then(CUT.hangAfter(3), REST);
        two.then(ScriptedAnswer.fail(FailureKind.SERVER));
        StepVerifier.withVirtualTime(() -> over(ResumePolicy.exact(), stalls, two).stream(ASKED))
                .expectNextCount(2)
                .expectNoEvent(Duration.ofSeconds(20))
                .verifyErrorSatisfies(error -> assertThat(
                                ((ChatException.PartialAnswer) error).failure().kind())
                        .isEqualTo(FailureKind.TIMEOUT));
        assertThat(stalls.subscriptions()).isEqualTo(1);
        assertThat(stalls.live()).isZero();
    }

    @Test
    void aTimeoutIsForTheAnswerAndNotForEachAttempt() {
        ScriptedProvider stalls = ScriptedProvider.named("one").then(CUT.hangAfter(3));
        two.can(PREFILL).then(REST.hangAfter(1));
        StepVerifier.withVirtualTime(() -> over(ResumePolicy.exact(), stalls, two).stream(ASKED)
                        .contextWrite(CallContext.timeout(Duration.ofSeconds(30))))
                .expectNextCount(2)
                .expectNoEvent(Duration.ofSeconds(20))
                .thenAwait(Duration.ofSeconds(10))
                .verifyError(ChatException.PartialAnswer.class);
        assertThat(two.subscriptions()).isEqualTo(1);
        assertThat(two.live()).isZero();
    }

    @Test
    void leavingDuringATakeoverReachesTheNewServer() {
        two.can(PREFILL).then(ScriptedAnswer.hang());
        StepVerifier.create(over(ResumePolicy.exact(), one, two).stream(ASKED))
                .expectNextCount(2)
                .then(() -> assertThat(two.live()).isEqualTo(1))
                .thenCancel()
                .verify();
        assertThat(two.live()).isZero();
        assertThat(two.cancelled()).isEqualTo(1);
        assertThat(one.live()).isZero();
    }

    @Test
    void clientsAreKeptAliveWhileATakeoverGoesOn() {
        two.can(PREFILL).then(REST.beforeFirst(Duration.ofSeconds(8)));
        StepVerifier.withVirtualTime(() -> SseWriter.of("m")
                        .withKeepAlive(Duration.ofSeconds(5))
                        .write(over(ResumePolicy.exact(), one, two).stream(ASKED)))
                .expectNextCount(2)
                .expectNoEvent(Duration.ofSeconds(5))
                .expectNext(": keep-alive\n\n")
                .thenAwait(Duration.ofSeconds(3))
                .expectNextMatches(event -> event.startsWith(": two goes on for one at 11"))
                .thenConsumeWhile(event -> true)
                .verifyComplete();
    }

    @Test
    void eachSubscriptionIsAnAnswerOfItsOwn() {
        ScriptedProvider cutTwice = ScriptedProvider.named("one").then(CUT, CUT);
        two.can(PREFILL).always(REST);
        Flux<StreamChunk> stream = over(ResumePolicy.exact(), cutTwice, two).stream(ASKED);
        for (int i = 0; i < 2; i++) {
            assertThat(text(stream.collectList().block())).isEqualTo("Once upon a time there was");
        }
    }

    @Test
    void errorsBeforeTheFirstContentAreTheProvidersOwn() {
        ScriptedProvider dead = ScriptedProvider.named("one").then(ScriptedAnswer.fail(FailureKind.SERVER));
        StepVerifier.create(over(ResumePolicy.restarting(), dead).stream(ASKED))
                .verifyError(ChatException.Exhausted.class);
        ScriptedProvider buggy =
                ScriptedProvider.named("two").then(ScriptedAnswer.throwing(new IllegalStateException("bug")));
        StepVerifier.create(ResumingProvider.over(buggy).stream(ASKED)).verifyError(IllegalStateException.class);
    }
}

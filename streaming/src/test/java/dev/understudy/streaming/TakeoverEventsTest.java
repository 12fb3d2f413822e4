package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Tool;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What listeners hear of a takeover. */
class TakeoverEventsTest {

    private static final ChatRequest ASKED = ChatRequest.of("m", "Tell me a story");
    private static final Failure RESET = Failure.of(FailureKind.CONNECT, "connection reset");
    private static final Failure REFUSAL =
            Failure.of(FailureKind.UNSUPPORTED, "no prefill").withRefusedParameter("prefill");
    private static final ScriptedAnswer CUT =
            ScriptedAnswer.tokens("Once", " upon", " a ti", "me").failAfter(3, RESET);

    private final List<Event> heard = new ArrayList<>();
    private final List<Object> order = new ArrayList<>();
    private final ScriptedProvider one = ScriptedProvider.named("one").then(CUT);
    private final ScriptedProvider two =
            ScriptedProvider.named("two").can(Capabilities.assumed().withFeature(Feature.PREFILL));

    private static Understudy understudy(Listener listener, ChatProvider... providers) {
        UnderstudyBuilder understudy = Understudy.builder()
                .listener(listener)
                .retry(RetryPolicy.defaults().withRetries(0));
        for (ChatProvider provider : providers) {
            understudy.provider(provider);
        }
        return understudy.build();
    }

    private static void play(ChatProvider provider) {
        provider.stream(ASKED).onErrorComplete().blockLast();
    }

    private List<Event> ofTakeovers() {
        return heard.stream()
                .filter(event -> event instanceof Event.StreamTakenOver
                        || event instanceof Event.TakeoverFailed
                        || event instanceof Event.StreamLost)
                .toList();
    }

    @Test
    void listenerReceivesTakeoverBeforeItsFirstContent() {
        two.then(ScriptedAnswer.tokens("me"));
        Listener both = event -> {
            heard.add(event);
            order.add(event);
        };
        ResumingProvider.over(understudy(both, one, two)).stream(ASKED)
                .doOnNext(order::add)
                .blockLast();

        assertThat(ofTakeovers()).singleElement().isInstanceOfSatisfying(Event.StreamTakenOver.class, told -> {
            assertThat(told.from()).isEqualTo(new Event.Route("one", "m"));
            assertThat(told.to()).isEqualTo(new Event.Route("two", "m"));
            assertThat(told.takeover().strategy()).isEqualTo("prefill");
            assertThat(told.takeover().offset()).isEqualTo(11);
            assertThat(told.takeover().gap()).isBetween(Duration.ZERO, Duration.ofSeconds(5));
            assertThat(told.failure()).isEqualTo(RESET);
            assertThat(told.toString())
                    .startsWith("#1 two/m takes over from one/m (prefill) after 11 characters and ")
                    .endsWith("because of connect");
            int at = order.indexOf(told);
            assertThat(order.get(at + 1)).isInstanceOf(StreamChunk.Switched.class);
        });
    }

    @Test
    void completeAnswerReportsNoTakeover() {
        ScriptedProvider fine = ScriptedProvider.named("fine").then(ScriptedAnswer.tokens("Once"));
        play(ResumingProvider.over(understudy(heard::add, fine)));
        assertThat(heard).isNotEmpty();
        assertThat(ofTakeovers()).isEmpty();
    }

    @Test
    void failedTakeoverIsReportedWithItsOwnFailure() {
        two.rule(asked ->
                asked.messages().size() > 1 ? ScriptedAnswer.fail(REFUSAL) : ScriptedAnswer.tokens("Long", " ago"));
        play(ResumingProvider.over(
                understudy(heard::add, one, two),
                ResumePolicy.of(ResumePolicy.Strategy.PREFILL, ResumePolicy.Strategy.RESTART)));
        assertThat(ofTakeovers()).hasSize(2);
        assertThat(ofTakeovers().get(0)).isInstanceOfSatisfying(Event.TakeoverFailed.class, told -> {
            assertThat(told.strategy()).isEqualTo("prefill");
            assertThat(told.from().provider()).isEqualTo("one");
            assertThat(told.failure()).isEqualTo(REFUSAL);
            assertThat(told.toString()).contains("takeover from one/m (prefill) failed after 11 characters");
        });
        assertThat(((Event.StreamTakenOver) ofTakeovers().get(1)).takeover().strategy())
                .isEqualTo("restart");
    }

    @Test
    void unresumedStreamIsLostWithTheFailureThatCutIt() {
        two.then(ScriptedAnswer.fail(FailureKind.SERVER));
        play(ResumingProvider.over(understudy(heard::add, one, two), ResumePolicy.of(ResumePolicy.Strategy.PREFILL)));
        assertThat(ofTakeovers()).hasSize(2);
        assertThat(((Event.TakeoverFailed) ofTakeovers().get(0)).failure().kind())
                .isEqualTo(FailureKind.SERVER);
        assertThat(ofTakeovers().get(1)).isInstanceOfSatisfying(Event.StreamLost.class, told -> {
            assertThat(told.failure()).isEqualTo(RESET);
            assertThat(told).hasToString("#1 stream of one/m is lost after 11 characters because of connect");
        });
    }

    @Test
    void failureOfTheContinuationIsReportedToo() {
        two.then(ScriptedAnswer.tokens("me", " there", " w").failAfter(3, RESET));
        play(ResumingProvider.over(
                understudy(heard::add, one, two), ResumePolicy.exact().withTakeovers(1)));
        assertThat(ofTakeovers())
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly("StreamTakenOver", "StreamLost");
        assertThat(((Event.StreamLost) ofTakeovers().get(1)).provider()).isEqualTo("two");
    }

    @Test
    void undeliveredStreamStartsAfresh() {
        ScriptedProvider early =
                ScriptedProvider.named("early").then(ScriptedAnswer.tokens("On").failAfter(1, RESET));
        two.then(ScriptedAnswer.tokens("Once"));
        play(ResumingProvider.over(understudy(heard::add, early, two)));
        assertThat(ofTakeovers()).singleElement().isInstanceOfSatisfying(Event.StreamTakenOver.class, told -> {
            assertThat(told.takeover().strategy()).isEqualTo("afresh");
            assertThat(told.takeover().offset()).isZero();
        });
    }

    @Test
    void additionalListenerReceivesTakeoversThroughABuffer() {
        two.then(ScriptedAnswer.tokens("me"));
        List<Event> own = new ArrayList<>();
        ChatProvider buffered = StreamBuffer.none().around(understudy(heard::add, one, two));
        play(ResumingProvider.over(buffered, ResumePolicy.exact(), own::add));
        assertThat(ofTakeovers()).hasSize(1);
        assertThat(own).isEqualTo(ofTakeovers());
    }

    @Test
    void providerWithoutListenerReportsToTheAdditionalOne() {
        ScriptedProvider alone =
                ScriptedProvider.named("alone").then(CUT, ScriptedAnswer.tokens("Once upon a", " time"));
        play(ResumingProvider.over(alone, ResumePolicy.exact(), heard::add));
        assertThat(heard).singleElement().isInstanceOfSatisfying(Event.StreamTakenOver.class, told -> {
            assertThat(told.takeover().strategy()).isEqualTo("replay");
            assertThat(told.from())
                    .isEqualTo(told.to())
                    .extracting(Event.Route::provider)
                    .isEqualTo("alone");
        });
    }

    @Test
    void throwingListenerDoesNotAffectTheStream() {
        two.then(ScriptedAnswer.tokens("me"));
        Listener harmful = event -> {
            throw new IllegalStateException("not your call's fault");
        };
        ChatProvider provider = ResumingProvider.over(understudy(harmful, one, two), ResumePolicy.exact(), harmful);
        StepVerifier.create(provider.stream(ASKED).map(StreamChunk::text).reduce(String::concat))
                .expectNext("Once upon a time")
                .expectComplete()
                .verify(Duration.ofSeconds(5));
    }

    @Nested
    class LogicalCall {

        private List<Event> ends() {
            return heard.stream()
                    .filter(event -> event instanceof Event.CallSucceeded
                            || event instanceof Event.CallFailed
                            || event instanceof Event.CallCancelled)
                    .toList();
        }

        private void assertOneCall() {
            assertThat(heard)
                    .filteredOn(event -> event.call() != null)
                    .extracting(event -> event.call().number())
                    .containsOnly(1L);
        }

        @Test
        void continuedStreamIsOneCallThatSucceeded() {
            two.then(ScriptedAnswer.tokens("me"));
            play(ResumingProvider.over(understudy(heard::add, one, two)));
            assertOneCall();
            assertThat(ends()).singleElement().isInstanceOfSatisfying(Event.CallSucceeded.class, end -> {
                assertThat(end.servedBy().provider()).isEqualTo("two");
                assertThat(end.servedBy().fallback()).isTrue();
                assertThat(end.servedBy().attemptLog().attempts()).hasSize(2);
                assertThat(heard).last().isEqualTo(end);
            });
        }

        @Test
        void lostStreamIsOneCallThatFailedWithAllAttempts() {
            two.then(ScriptedAnswer.fail(FailureKind.SERVER));
            play(ResumingProvider.over(
                    understudy(heard::add, one, two), ResumePolicy.of(ResumePolicy.Strategy.PREFILL)));
            assertOneCall();
            assertThat(ends()).singleElement().isInstanceOfSatisfying(Event.CallFailed.class, end -> {
                assertThat(end.error()).isInstanceOfSatisfying(ChatException.PartialAnswer.class, partial -> assertThat(
                                partial.attemptLog().attempts())
                        .hasSize(2));
            });
        }

        @Test
        void abandonedContinuationIsNoCallOfItsOwn() {
            two.then(ScriptedAnswer.tokens("wholly", " other"), ScriptedAnswer.tokens("Once", " upon", " a time"));
            play(ResumingProvider.over(understudy(heard::add, one, two)));
            assertOneCall();
            assertThat(ends()).singleElement().isInstanceOf(Event.CallSucceeded.class);
        }

        @Test
        void completeAnswerThatIsNoContinuationIsAnAbandonedAttempt() {
            two.then(ScriptedAnswer.tokens("Once"), ScriptedAnswer.tokens("Once", " upon", " a time"));
            play(ResumingProvider.over(
                    understudy(heard::add, one, two), ResumePolicy.of(ResumePolicy.Strategy.REPLAY)));
            assertOneCall();
            assertThat(heard)
                    .filteredOn(Event.AttemptAbandoned.class::isInstance)
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Event.AttemptAbandoned.class,
                            event -> assertThat(event.attempt().outcome()).isEqualTo(AttemptLog.Outcome.WASTED));
            assertThat(ends()).hasSize(1);
        }

        @Test
        void cancellationEndsTheCallOnce() {
            ScriptedProvider slow =
                    ScriptedProvider.named("slow").then(ScriptedAnswer.tokens("Once", " upon", " a", " time"));
            ResumingProvider.over(understudy(heard::add, slow)).stream(ASKED)
                    .take(1)
                    .blockLast();
            assertOneCall();
            assertThat(ends()).singleElement().isInstanceOf(Event.CallCancelled.class);
        }

        @Test
        void eachStreamIsACallOfItsOwn() {
            two.then(ScriptedAnswer.tokens("me"), ScriptedAnswer.tokens("Once"));
            ChatProvider provider = ResumingProvider.over(understudy(heard::add, one, two));
            play(provider);
            play(provider);
            assertThat(ends()).extracting(event -> event.call().number()).containsExactly(1L, 2L);
        }

        @Test
        void understudyWithinAnUnderstudyHasCallsOfItsOwn() {
            two.then(ScriptedAnswer.tokens("me"));
            List<Event> inner = new ArrayList<>();
            ChatProvider nested = understudy(inner::add, one, two);
            play(ResumingProvider.over(understudy(heard::add, nested)));
            assertThat(ends()).singleElement().isInstanceOf(Event.CallSucceeded.class);
            assertThat(inner)
                    .filteredOn(event -> event instanceof Event.CallSucceeded || event instanceof Event.CallFailed)
                    .hasSize(2);
        }

        @Test
        void callWithoutARouteFailsOnce() {
            ChatRequest tools = ASKED.withTools(List.of(Tool.of("t", "a tool")));
            ScriptedProvider plain = ScriptedProvider.named("plain").can(Capabilities.of(Feature.STREAMING));
            ResumingProvider.over(understudy(heard::add, plain)).stream(tools)
                    .onErrorComplete()
                    .blockLast();
            assertThat(ends()).singleElement().isInstanceOf(Event.CallFailed.class);
        }
    }
}

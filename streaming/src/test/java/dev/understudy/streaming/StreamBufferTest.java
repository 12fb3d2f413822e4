package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class StreamBufferTest {

    private static final ChatRequest ASKED = ChatRequest.of("m", "q");
    private static final Failure CUT = Failure.of(FailureKind.TRUNCATED, "cut");

    @Test
    void theFirstPiecesAreHeldAndThenComeAsOne() {
        ScriptedProvider provider = ScriptedProvider.named("p").then(ScriptedAnswer.tokens("a ", "b ", "c ", "d"));
        StepVerifier.create(
                        StreamBuffer.tokens(3).around(provider).stream(ASKED).map(StreamChunk::text))
                .expectNext("a b c ", "d", "")
                .verifyComplete();
    }

    @Test
    void anEarlyDeathInsideAnUnderstudyIsInvisible() {
        ScriptedProvider one = ScriptedProvider.named("one")
                .then(ScriptedAnswer.tokens("a ", "b ", "c ", "d").failAfter(2, CUT));
        ScriptedProvider two = ScriptedProvider.named("two").then(ScriptedAnswer.tokens("x ", "y ", "z ", "!"));
        StreamBuffer buffer = StreamBuffer.tokens(3);
        Understudy understudy = Understudy.builder()
                .retry(dev.understudy.policy.RetryPolicy.defaults().withRetries(0))
                .provider(buffer.around(one))
                .provider(buffer.around(two))
                .build();
        List<StreamChunk> chunks = understudy.stream(ASKED).collectList().block();
        assertThat(ResumingProviderTest.text(chunks)).isEqualTo("x y z !");
        assertThat(one.subscriptions()).isEqualTo(1);
    }

    @Test
    void aWholeBufferShowsAWholeAnswerOrNothing() {
        ScriptedProvider provider = ScriptedProvider.named("p")
                .then(
                        ScriptedAnswer.tokens("a ", "b"),
                        ScriptedAnswer.tokens("a ", "b").failAfter(1, CUT));
        Flux<String> stream =
                StreamBuffer.whole().around(provider).stream(ASKED).map(StreamChunk::text);
        StepVerifier.create(stream).expectNext("a b", "").verifyComplete();
        StepVerifier.create(stream).verifyError(ChatException.CallFailed.class);
    }

    @Test
    void whatIsHeldIsLetGoWhenItsTimeIsOver() {
        StepVerifier.withVirtualTime(() -> StreamBuffer.time(Duration.ofMillis(300))
                        .around(ScriptedProvider.named("p")
                                .then(ScriptedAnswer.tokens("a ", "b ", "c").between(Duration.ofMillis(200))))
                        .stream(ASKED)
                        .map(StreamChunk::text))
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(300))
                .expectNext("a b ")
                .expectNoEvent(Duration.ofMillis(100))
                .expectNext("c", "")
                .verifyComplete();
    }

    @Test
    void demandIsKeptWhileTheBeginningIsHeld() {
        ScriptedProvider provider = ScriptedProvider.named("p").then(ScriptedAnswer.tokens("a ", "b ", "c ", "d"));
        StepVerifier.create(
                        StreamBuffer.tokens(3).around(provider).stream(ASKED).map(StreamChunk::text), 1)
                .expectNext("a b c ")
                .thenRequest(1)
                .expectNext("d")
                .thenCancel()
                .verify();
        assertThat(provider.peakDemand()).isEqualTo(1);
        assertThat(provider.live()).isZero();
    }
}

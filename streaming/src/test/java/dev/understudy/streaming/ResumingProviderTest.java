package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Trail;
import dev.understudy.testing.Cue;
import dev.understudy.testing.ScriptedProvider;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

class ResumingProviderTest {

    private static final ChatRequest ASKED = ChatRequest.of("m", "Tell me a story");
    private static final Failure RESET = Failure.of(FailureKind.CONNECT, "connection reset");

    @Test
    void aCutInMidWordGoesOnElsewhereByPrefill() {
        ScriptedProvider one = ScriptedProvider.named("one")
                .then(Cue.tokens("Once", " upon", " a ti", "me").failAfter(3, RESET));
        ScriptedProvider two = ScriptedProvider.named("two")
                .can(Capabilities.assumed().with(Feature.PREFILL))
                .then(Cue.tokens(" time", " there", " was"));
        ResumingProvider provider = ResumingProvider.over(Understudy.over(one, two));

        List<StreamChunk> chunks = provider.stream(ASKED).collectList().block();

        assertThat(text(chunks)).isEqualTo("Once upon a time there was");
        assertThat(chunks).contains(new StreamChunk.Switched("one", "two", FailureKind.CONNECT, 11));
        assertThat(two.requests().get(0).messages())
                .containsExactly(Message.user("Tell me a story"), Message.assistant("Once upon a"));
        ChatResponse answer = Assembler.collect(reactor.core.publisher.Flux.fromIterable(chunks))
                .block();
        assertThat(answer.served().provider()).isEqualTo("two");
        assertThat(answer.served().requestedProvider()).isEqualTo("one");
        assertThat(answer.served().fallback()).isTrue();
        assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.served().trail().entries())
                .extracting(Trail.Entry::outcome)
                .containsExactly(Trail.Outcome.PARTIAL, Trail.Outcome.SKIPPED, Trail.Outcome.SERVED);
        assertThat(answer.usage().estimated()).isTrue();
    }

    @Test
    void withNobodyToContinueTheStreamEndsWithWhatWasDelivered() {
        ScriptedProvider one = ScriptedProvider.named("one")
                .then(Cue.tokens("Once", " upon", " a ti", "me").failAfter(3, RESET));
        ScriptedProvider two = ScriptedProvider.named("two");
        StepVerifier.create(ResumingProvider.over(Understudy.over(one, two)).stream(ASKED)
                        .map(StreamChunk::text))
                .expectNext("Once", " upon a")
                .expectErrorSatisfies(error -> {
                    ChatException.PartialAnswer partial = (ChatException.PartialAnswer) error;
                    assertThat(partial.partial().text()).isEqualTo("Once upon a");
                    assertThat(partial.failure().kind()).isEqualTo(FailureKind.CONNECT);
                })
                .verify();
        assertThat(two.subscriptions()).isZero();
    }

    static String text(List<StreamChunk> chunks) {
        StringBuilder text = new StringBuilder();
        chunks.forEach(chunk -> text.append(chunk.text()));
        return text.toString();
    }
}

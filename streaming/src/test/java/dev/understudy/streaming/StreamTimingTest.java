package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class StreamTimingTest {

    private final List<StreamTiming> heard = new ArrayList<>();

    private Flux<StreamChunk> measured(ScriptedAnswer scriptedAnswer) {
        ScriptedProvider provider = ScriptedProvider.named("p").then(scriptedAnswer);
        return StreamTiming.measure(provider.stream(ChatRequest.of("m", "q")), Duration.ofMillis(500), heard::add);
    }

    @Test
    void firstContentGapsAndSpeedAreReported() {
        ScriptedAnswer scriptedAnswer = ScriptedAnswer.tokens("aa ", "bb ", "cc")
                .withUsage(Usage.of(5, 30))
                .beforeFirst(Duration.ofMillis(200))
                .between(Duration.ofMillis(750));
        StepVerifier.withVirtualTime(() -> measured(scriptedAnswer))
                .thenAwait(Duration.ofSeconds(2))
                .expectNextCount(4)
                .verifyComplete();
        Duration gap = Duration.ofMillis(750);
        StreamTiming.Total total = new StreamTiming.Total(
                StreamTiming.End.FINISHED, Duration.ofMillis(1700), Duration.ofMillis(200), gap, 30);
        assertThat(heard)
                .containsExactly(
                        new StreamTiming.FirstContent(Duration.ofMillis(200)),
                        new StreamTiming.Gap(gap, 3),
                        new StreamTiming.Gap(gap, 6),
                        total);
        assertThat(total.tokensPerSecond()).isEqualTo(20);
    }

    @Test
    void cancelledStreamReportsWhatCameBefore() {
        StepVerifier.withVirtualTime(
                        () -> measured(ScriptedAnswer.tokens("four", "five").hangAfter(1)))
                .expectNextCount(1)
                .thenAwait(Duration.ofSeconds(1))
                .thenCancel()
                .verify();
        assertThat(heard.get(1))
                .isEqualTo(new StreamTiming.Total(
                        StreamTiming.End.CANCELLED, Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO, 1));
    }

    @Test
    void throwingListenerAffectsNoCall() {
        ScriptedProvider provider = ScriptedProvider.named("p").then(ScriptedAnswer.tokens("a", "b"));
        StepVerifier.create(StreamTiming.measure(
                        provider.stream(ChatRequest.of("m", "q")), Duration.ofSeconds(1), streamTiming -> {
                            throw new IllegalStateException("listener");
                        }))
                .expectNextCount(3)
                .verifyComplete();
    }
}

package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.testing.Cue;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class PaceTest {

    private final List<Pace> heard = new ArrayList<>();

    private Flux<StreamChunk> measured(Cue cue) {
        ScriptedProvider provider = ScriptedProvider.named("p").then(cue);
        return Pace.measure(provider.stream(ChatRequest.of("m", "q")), Duration.ofMillis(500), heard::add);
    }

    @Test
    void firstContentGapsAndSpeedAreTold() {
        Cue cue = Cue.tokens("aa ", "bb ", "cc")
                .withUsage(Usage.of(5, 30))
                .beforeFirst(Duration.ofMillis(200))
                .between(Duration.ofMillis(750));
        StepVerifier.withVirtualTime(() -> measured(cue))
                .thenAwait(Duration.ofSeconds(2))
                .expectNextCount(4)
                .verifyComplete();
        Duration gap = Duration.ofMillis(750);
        Pace.Total total = new Pace.Total(Pace.End.FINISHED, Duration.ofMillis(1700), Duration.ofMillis(200), gap, 30);
        assertThat(heard)
                .containsExactly(
                        new Pace.FirstContent(Duration.ofMillis(200)),
                        new Pace.Gap(gap, 3),
                        new Pace.Gap(gap, 6),
                        total);
        assertThat(total.tokensPerSecond()).isEqualTo(20);
    }

    @Test
    void whoeverLeavesIsToldWhatCameSoFar() {
        StepVerifier.withVirtualTime(() -> measured(Cue.tokens("four", "five").hangAfter(1)))
                .expectNextCount(1)
                .thenAwait(Duration.ofSeconds(1))
                .thenCancel()
                .verify();
        assertThat(heard.get(1))
                .isEqualTo(new Pace.Total(Pace.End.CANCELLED, Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO, 1));
    }

    @Test
    void aListenerThatThrowsHarmsNobody() {
        ScriptedProvider provider = ScriptedProvider.named("p").then(Cue.tokens("a", "b"));
        StepVerifier.create(Pace.measure(provider.stream(ChatRequest.of("m", "q")), Duration.ofSeconds(1), pace -> {
                    throw new IllegalStateException("listener");
                }))
                .expectNextCount(3)
                .verifyComplete();
    }
}

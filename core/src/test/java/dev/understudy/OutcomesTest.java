package dev.understudy;

import static dev.understudy.VirtualStage.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualStage.Heard;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.event.Event;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Circuits and the active provider follow from how calls end, in the order in which they end. */
class OutcomesTest {

    private static final StreamChunk.Finish FINISH =
            new StreamChunk.Finish(FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("a", "m"));

    private final VirtualStage stage = new VirtualStage();
    private final ScriptedProvider b = ScriptedProvider.named("b");

    /** All begin at once and end one after the other; one in twenty is cut. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneCutAmongNineteenWholeAnswersOpensNoCircuit(boolean streamed) {
        Understudy understudy = understudy(i -> i % 20 == 19);
        List<Heard> calls = begin(understudy, streamed, 200);
        stage.advance(Duration.ofSeconds(9));
        assertThat(stage.events(Event.CircuitStateChanged.class)).isEmpty();
        assertThat(stage.events(Event.ActiveProviderChanged.class)).isEmpty();
        assertThat(calls.stream().filter(Heard::served)).hasSizeGreaterThanOrEqualTo(190);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fiveCutsInARowOpenTheCircuit(boolean streamed) {
        Understudy understudy = understudy(i -> i >= 20);
        begin(understudy, streamed, 25);
        stage.advance(Duration.ofSeconds(9));
        assertThat(stage.events(Event.CircuitStateChanged.class)).hasSize(1);
        assertThat(stage.events(Event.CircuitStateChanged.class).get(0).reason())
                .isEqualTo("5 consecutive failures");
    }

    /** Each stream has a first content; every other one is cut. */
    @Test
    void theRateIsOfOutcomesAndCountsACutStreamOnce() {
        Understudy understudy = understudy(i -> i % 2 == 1);
        begin(understudy, true, 10);
        stage.advance(Duration.ofSeconds(9));
        assertThat(stage.events(Event.CircuitStateChanged.class)).hasSize(1);
        assertThat(stage.events(Event.CircuitStateChanged.class).get(0).reason())
                .isEqualTo("5 of 10 calls failed in 1m");
    }

    /** Five cuts among streams that are under way say nothing of those that have only begun. */
    @Test
    void aFirstContentIsNoOutcome() {
        Understudy understudy = understudy(i -> i < 5);
        begin(understudy, true, 5);
        stage.advance(Duration.ofMillis(450));
        begin(understudy, true, 1);
        stage.advance(Duration.ofMillis(100));
        assertThat(stage.events(Event.CircuitStateChanged.class)).hasSize(1);
    }

    private List<Heard> begin(Understudy understudy, boolean streamed, int calls) {
        List<Heard> heard = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            heard.add(streamed ? stage.stream(understudy.stream(REQUEST)) : stage.chat(understudy));
        }
        return heard;
    }

    private Understudy understudy(IntPredicate cut) {
        return stage.builder(new Ending(new AtomicInteger(), cut), b).build();
    }

    /** Speaks at once and ends a little later than the call before, whole or cut. */
    private final class Ending implements ChatProvider {

        private final AtomicInteger asked;
        private final IntPredicate cut;

        Ending(AtomicInteger asked, IntPredicate cut) {
            this.asked = asked;
            this.cut = cut;
        }

        @Override
        public String name() {
            return "a";
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return later().then(Mono.just(ChatResponse.of("a", "m", "well")));
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return Flux.concat(Flux.just(new StreamChunk.Text("one")), later().thenMany(Flux.just(FINISH)));
        }

        private Mono<Void> later() {
            return Mono.defer(() -> {
                int call = asked.getAndIncrement();
                Mono<Void> end = cut.test(call)
                        ? Mono.error(new ChatException.CallFailed(Failure.of(FailureKind.TRUNCATED, "cut")))
                        : Mono.empty();
                return Mono.delay(Duration.ofMillis(20L * (call % 200 + 1)), stage.clock)
                        .then(end);
            });
        }
    }
}

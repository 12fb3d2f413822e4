package dev.understudy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
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

/** Outcomes of calls change circuits and the active provider in the order in which calls end. */
class CallOutcomesTest {

    private static final StreamChunk.Finish FINISH =
            new StreamChunk.Finish(FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("a", "m"));

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider b = ScriptedProvider.named("b");

    /** Starts all calls at once; they end in sequence, and one in twenty is interrupted. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneInterruptedStreamInTwentyOpensNoCircuit(boolean streamed) {
        Understudy understudy = understudy(i -> i % 20 == 19);
        List<CallResult> calls = begin(understudy, streamed, 200);
        scenario.advance(Duration.ofSeconds(9));
        assertThat(scenario.events(Event.CircuitStateChanged.class)).isEmpty();
        assertThat(scenario.events(Event.ActiveProviderChanged.class)).isEmpty();
        assertThat(calls.stream().filter(CallResult::served)).hasSizeGreaterThanOrEqualTo(190);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fiveCutsInARowOpenTheCircuit(boolean streamed) {
        Understudy understudy = understudy(i -> i >= 20);
        begin(understudy, streamed, 25);
        scenario.advance(Duration.ofSeconds(9));
        assertThat(scenario.events(Event.CircuitStateChanged.class)).hasSize(1);
        assertThat(scenario.events(Event.CircuitStateChanged.class).get(0).reason())
                .isEqualTo("5 consecutive failures");
    }

    /** Every other stream is interrupted after its first content. */
    @Test
    void rateCountsInterruptedStreamOnce() {
        Understudy understudy = understudy(i -> i % 2 == 1);
        begin(understudy, true, 10);
        scenario.advance(Duration.ofSeconds(9));
        assertThat(scenario.events(Event.CircuitStateChanged.class)).hasSize(1);
        assertThat(scenario.events(Event.CircuitStateChanged.class).get(0).reason())
                .isEqualTo("5 of 10 calls failed in 1m");
    }

    /** Five interruptions count without the streams that are still open. */
    @Test
    void firstContentIsNoSample() {
        Understudy understudy = understudy(i -> i < 5);
        begin(understudy, true, 5);
        scenario.advance(Duration.ofMillis(450));
        begin(understudy, true, 1);
        scenario.advance(Duration.ofMillis(100));
        assertThat(scenario.events(Event.CircuitStateChanged.class)).hasSize(1);
    }

    private List<CallResult> begin(Understudy understudy, boolean streamed, int calls) {
        List<CallResult> result = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            result.add(streamed ? scenario.stream(understudy.stream(REQUEST)) : scenario.chat(understudy));
        }
        return result;
    }

    private Understudy understudy(IntPredicate cut) {
        return scenario.builder(new Ending(new AtomicInteger(), cut), b).build();
    }

    /** Emits content at once and ends later than the previous call, complete or interrupted. */
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
                return Mono.delay(Duration.ofMillis(20L * (call % 200 + 1)), scenario.clock)
                        .then(end);
            });
        }
    }
}

package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.event.Event;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Signals after a complete answer are ignored. */
class SingleAnswerTest {

    enum After {
        NEVER_COMPLETES,
        FAILS,
        ANSWERS_AGAIN
    }

    private static final ChatResponse ANSWER = ChatResponse.of("a", "m", "well");
    private static final StreamChunk.Finish FINISH =
            new StreamChunk.Finish(FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("a", "m"));

    private final VirtualScenario scenario = new VirtualScenario();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger live = new AtomicInteger();

    @ParameterizedTest
    @EnumSource(After.class)
    void responseCompletesTheCall(After after) {
        Understudy understudy = understudy(after);
        CallResult result = scenario.chat(understudy);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(result.served()).isTrue();
        assertOneServedAttempt(result);
    }

    @ParameterizedTest
    @EnumSource(After.class)
    void finishChunkCompletesTheStream(After after) {
        Understudy understudy = understudy(after);
        CallResult result = scenario.stream(understudy);
        assertThat(result.text()).isEqualTo("well");
        assertOneServedAttempt(result);
    }

    private void assertOneServedAttempt(CallResult result) {
        scenario.advance(Duration.ofMinutes(10));
        assertThat(result.error).isNull();
        assertThat(result.texts).hasSize(1);
        assertThat(asked).hasValue(1);
        assertThat(live).as("what is left of the exchange is ended").hasValue(0);
        assertThat(scenario.events(Event.CallSucceeded.class)).hasSize(1);
        assertThat(scenario.events)
                .noneMatch(event -> event instanceof Event.AttemptFailed
                        || event instanceof Event.Retrying
                        || event instanceof Event.AttemptAbandoned
                        || event instanceof Event.CallFailed
                        || event instanceof Event.CallCancelled);
    }

    private Understudy understudy(After after) {
        return Understudy.builder()
                .provider(new Lingering(after))
                .scheduler(scenario.clock)
                .listener(scenario.events::add)
                .build();
    }

    private final class Lingering implements ChatProvider {

        private final After after;

        Lingering(After after) {
            this.after = after;
        }

        @Override
        public String name() {
            return "a";
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.fromDirect(counted(Flux.just(ANSWER).concatWith(rest(Stream.of(ANSWER)))));
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            List<StreamChunk> whole = List.of(new StreamChunk.Text("well"), FINISH);
            return counted(Flux.fromIterable(whole).concatWith(rest(whole.stream())));
        }

        private <T> Flux<T> rest(Stream<T> again) {
            return switch (after) {
                case NEVER_COMPLETES -> Flux.never();
                case FAILS -> Flux.error(new IllegalStateException("too late"));
                case ANSWERS_AGAIN -> Flux.fromStream(again);
            };
        }

        private <T> Flux<T> counted(Flux<T> answer) {
            return answer.doOnSubscribe(subscription -> {
                        asked.incrementAndGet();
                        live.incrementAndGet();
                    })
                    .doFinally(end -> live.decrementAndGet());
        }
    }
}

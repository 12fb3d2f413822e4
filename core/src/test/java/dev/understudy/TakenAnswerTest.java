package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualStage.Heard;
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

/** Once an answer was taken its attempt is over, whatever the provider does afterwards. */
class TakenAnswerTest {

    enum After {
        NEVER_COMPLETES,
        FAILS,
        ANSWERS_AGAIN
    }

    private static final ChatResponse ANSWER = ChatResponse.of("a", "m", "well");
    private static final StreamChunk.Finish FINISH =
            new StreamChunk.Finish(FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("a", "m"));

    private final VirtualStage stage = new VirtualStage();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger live = new AtomicInteger();

    @ParameterizedTest
    @EnumSource(After.class)
    void anAnswerThatWasTakenIsTheEndOfAChat(After after) {
        Understudy understudy = understudy(after);
        Heard heard = stage.chat(understudy);
        stage.advance(Duration.ofSeconds(1));
        assertThat(heard.served()).isTrue();
        assertOneServedAttempt(heard);
    }

    @ParameterizedTest
    @EnumSource(After.class)
    void aFinishThatWasSeenIsTheEndOfAStream(After after) {
        Understudy understudy = understudy(after);
        Heard heard = stage.stream(understudy);
        assertThat(heard.text()).isEqualTo("well");
        assertOneServedAttempt(heard);
    }

    private void assertOneServedAttempt(Heard heard) {
        stage.advance(Duration.ofMinutes(10));
        assertThat(heard.error).isNull();
        assertThat(heard.texts).hasSize(1);
        assertThat(asked).hasValue(1);
        assertThat(live).as("what is left of the exchange is ended").hasValue(0);
        assertThat(stage.events(Event.CallSucceeded.class)).hasSize(1);
        assertThat(stage.events)
                .noneMatch(event -> event instanceof Event.AttemptFailed
                        || event instanceof Event.Retrying
                        || event instanceof Event.AttemptAbandoned
                        || event instanceof Event.CallFailed
                        || event instanceof Event.CallCancelled);
    }

    private Understudy understudy(After after) {
        return Understudy.builder()
                .provider(new Lingering(after))
                .scheduler(stage.clock)
                .listener(stage.events::add)
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

package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.guard.AttemptLink;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.RetryPolicy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** No call asks a model before the time that its vendor named, whichever call was told. */
class StatedWaitTest {

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    private final List<Long> asked = new ArrayList<>();
    private final Deque<Mono<ChatResponse>> answers = new ArrayDeque<>();
    private final ChatProvider provider = new Recorded();

    private final class Recorded implements ChatProvider {

        @Override
        public String name() {
            return "a";
        }

        @Override
        public Mono<ChatResponse> chat(ChatRequest request) {
            return Mono.defer(() -> {
                asked.add(clock.now(TimeUnit.MILLISECONDS));
                return answers.remove();
            });
        }

        @Override
        public Flux<StreamChunk> stream(ChatRequest request) {
            return chat(request).flatMapIterable(ChatResponse::chunks);
        }
    }

    private Mono<ChatResponse> told(long after, FailureKind kind, long wait) {
        Failure failure = Failure.of(kind, "later").withRetryAfter(Duration.ofMillis(wait));
        return Mono.delay(Duration.ofMillis(after), clock)
                .flatMap(tick -> Mono.error(new ChatException.CallFailed(failure)));
    }

    private Mono<ChatResponse> served(long after) {
        return Mono.delay(Duration.ofMillis(after), clock).map(tick -> ChatResponse.of("fine", "a", "m"));
    }

    private void ask(Understudy understudy, boolean streamed) {
        ChatRequest request = ChatRequest.of("m", "Who is there?");
        Flux<?> call =
                streamed ? understudy.stream(request) : understudy.chat(request).flux();
        call.onErrorComplete().subscribe();
    }

    private UnderstudyBuilder builder() {
        return Understudy.builder().provider(provider).scheduler(clock).random(new FixedRandom(0.5));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void retryWaitsForTheTimeThatAnotherCallWasToldMeanwhile(boolean streamed) {
        Understudy understudy = builder().circuit(CircuitPolicy.none()).build();
        answers.add(told(10, FailureKind.OVERLOADED, 1_000));
        answers.add(told(500, FailureKind.OVERLOADED, 4_000));
        answers.add(served(0));
        answers.add(served(0));
        ask(understudy, streamed);
        ask(understudy, streamed);
        clock.advanceTimeBy(Duration.ofMillis(1));
        assertThat(asked).hasSize(2);
        clock.advanceTimeBy(Duration.ofSeconds(30));
        assertThat(asked).hasSizeGreaterThan(2);
        assertThat(asked.subList(2, asked.size())).allMatch(instant -> instant >= 4_500);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void earlyTrialOfAnOpenCircuitWaitsForTheTimeThatWasTold(boolean streamed) {
        Understudy understudy = builder()
                .retry(RetryPolicy.none())
                .circuit(CircuitPolicy.defaults()
                        .withConsecutive(1)
                        .withPause(Duration.ofSeconds(10), Duration.ofSeconds(10)))
                .build();
        answers.add(told(0, FailureKind.OVERLOADED, 2_000));
        answers.add(served(0));
        ask(understudy, streamed);
        clock.advanceTimeBy(Duration.ofMillis(1));
        ask(understudy, streamed);
        clock.advanceTimeBy(Duration.ofSeconds(30));
        assertThat(asked.subList(1, asked.size())).allMatch(instant -> instant >= 2_000);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void longerCooldownOfTheModelDoesNotHideTheTimeThatWasTold(boolean streamed) {
        Understudy understudy = builder()
                .retry(RetryPolicy.none())
                .circuit(CircuitPolicy.none())
                .build();
        answers.add(Mono.error(new ChatException.CallFailed(Failure.of(FailureKind.MODEL_NOT_FOUND, "no"))));
        answers.add(told(10, FailureKind.OVERLOADED, 4_000));
        answers.add(served(0));
        ask(understudy, streamed);
        ask(understudy, streamed);
        clock.advanceTimeBy(Duration.ofMillis(100));
        ask(understudy, streamed);
        clock.advanceTimeBy(Duration.ofSeconds(30));
        assertThat(asked).hasSize(3);
        assertThat(asked.get(2)).isGreaterThanOrEqualTo(4_010);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void successOfAnEarlierRequestDoesNotEndTheWait(boolean streamed) {
        Understudy understudy = builder().retry(RetryPolicy.none()).build();
        answers.add(served(500));
        answers.add(told(100, FailureKind.RATE_LIMITED, 3_000));
        answers.add(served(0));
        ask(understudy, streamed);
        ask(understudy, streamed);
        clock.advanceTimeBy(Duration.ofMillis(1_000));
        ask(understudy, streamed);
        clock.advanceTimeBy(Duration.ofSeconds(30));
        assertThat(asked).hasSize(3);
        assertThat(asked.get(2)).isGreaterThanOrEqualTo(3_100);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void requestIsNotSentAgainBeforeTheTimeThatAnotherCallWasTold(boolean streamed) {
        Understudy understudy = builder().circuit(CircuitPolicy.none()).build();
        List<Boolean> allowed = new ArrayList<>();
        answers.add(Mono.deferContextual(context -> Flux.interval(Duration.ofMillis(5), Duration.ofMillis(15), clock)
                .take(2)
                .doOnNext(tick ->
                        allowed.add(AttemptLink.of(context).mayBeResent().getAsBoolean()))
                .then(served(0))));
        answers.add(told(10, FailureKind.OVERLOADED, 1_000));
        answers.add(served(0));
        ask(understudy, streamed);
        ask(understudy, streamed);
        clock.advanceTimeBy(Duration.ofSeconds(5));
        assertThat(allowed).containsExactly(true, false);
    }
}

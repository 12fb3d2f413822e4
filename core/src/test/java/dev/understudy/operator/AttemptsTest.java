package dev.understudy.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.PublisherProbe;
import reactor.test.publisher.TestPublisher;

class AttemptsTest {

    private static final IllegalStateException CUT = new IllegalStateException("cut");

    private final List<Integer> begun = new ArrayList<>();

    @Test
    void attemptWithoutErrorIsTheStream() {
        StepVerifier.create(attempts(Flux.just(1, 2))).expectNext(1, 2).verifyComplete();
        assertThat(begun).containsExactly(0);
    }

    @Test
    void stateOfTheDecisionReachesTheNextAttempt() {
        StepVerifier.create(attempts(cut(1), cut(2), Flux.just(3)))
                .expectNext(1, 2, 3)
                .verifyComplete();
        assertThat(begun).containsExactly(0, 1, 2);
    }

    @Test
    void demandThatIsLeftIsRequestedFromTheNextAttempt() {
        TestPublisher<Integer> first = TestPublisher.create();
        TestPublisher<Integer> second = TestPublisher.create();
        StepVerifier.create(attempts(first.flux(), second.flux()), 3)
                .then(() -> first.next(1).error(CUT))
                .expectNext(1)
                .then(() -> second.assertMinRequested(2).assertMaxRequested(2))
                .then(() -> second.next(2, 3))
                .expectNext(2, 3)
                .thenRequest(1)
                .then(() -> second.next(4).complete())
                .expectNext(4)
                .verifyComplete();
    }

    @Test
    void demandDuringADecisionReachesTheNextAttempt() {
        TestPublisher<Integer> decision = TestPublisher.create();
        TestPublisher<Integer> second = TestPublisher.create();
        Flux<Integer> stream = new Attempts<Integer, Integer>(
                state -> state == null ? cut() : second.flux(), error -> decision.mono());
        StepVerifier.create(stream, 0)
                .thenRequest(2)
                .then(() -> decision.assertMinRequested(1).emit(1))
                .then(() -> second.assertMinRequested(2)
                        .assertMaxRequested(2)
                        .next(1, 2)
                        .complete())
                .expectNext(1, 2)
                .verifyComplete();
    }

    @Test
    void cancellationDuringADecisionEndsIt() {
        TestPublisher<Integer> decision = TestPublisher.create();
        PublisherProbe<Integer> second = PublisherProbe.empty();
        Flux<Integer> stream = new Attempts<Integer, Integer>(
                state -> state == null ? cut() : second.flux(), error -> decision.mono());
        stream.subscribe().dispose();
        decision.assertCancelled().next(1);
        second.assertWasNotSubscribed();
    }

    @Test
    void cancellationReachesTheAttempt() {
        TestPublisher<Integer> second = TestPublisher.create();
        StepVerifier.create(attempts(cut(), second.flux()))
                .then(() -> second.next(1))
                .expectNext(1)
                .thenCancel()
                .verify();
        second.assertCancelled();
    }

    @Test
    void subscriberThatCancelsAtOnceBeginsNothing() {
        StepVerifier.create(attempts(cut(1), Flux.just(2)).take(1))
                .expectNext(1)
                .verifyComplete();
        assertThat(begun).containsExactly(0);
    }

    @Test
    void errorOfTheDecisionEndsTheStream() {
        Flux<Integer> stream = new Attempts<Integer, Integer>(
                state -> cut(), error -> Mono.error(new IllegalArgumentException("enough", error)));
        StepVerifier.create(stream)
                .expectErrorSatisfies(
                        error -> assertThat(error).hasMessage("enough").hasCause(CUT))
                .verify(Duration.ofSeconds(5));
    }

    @Test
    void exceptionOfTheDecisionEndsTheStream() {
        Flux<Integer> stream = new Attempts<Integer, Integer>(state -> cut(), error -> {
            throw new IllegalArgumentException("broken");
        });
        StepVerifier.create(stream).verifyErrorMessage("broken");
    }

    @Test
    void exceptionOfAnAttemptIsItsFailure() {
        Flux<Integer> stream = new Attempts<Integer, Integer>(
                state -> {
                    if (state == null) {
                        throw CUT;
                    }
                    return Flux.just(state);
                },
                error -> Mono.just(7));
        StepVerifier.create(stream).expectNext(7).verifyComplete();
    }

    @Test
    void emptyDecisionCompletesTheStream() {
        StepVerifier.create(new Attempts<Integer, Integer>(state -> cut(), error -> Mono.empty()))
                .verifyComplete();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 100_000})
    void manyAttemptsInARowNeedNoStack(int count) {
        AtomicInteger left = new AtomicInteger(count);
        Flux<Integer> stream = new Attempts<Integer, Integer>(
                state -> left.decrementAndGet() > 0 ? cut() : Flux.just(1), error -> Mono.just(1));
        StepVerifier.create(stream).expectNext(1).verifyComplete();
    }

    @Test
    void delayedDecisionBeginsTheAttemptLater() {
        StepVerifier.withVirtualTime(() -> new Attempts<Integer, Integer>(
                        state -> state == null ? cut() : Flux.just(state),
                        error -> Mono.just(1).delayElement(Duration.ofSeconds(2))))
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(2))
                .expectNext(1)
                .verifyComplete();
    }

    @Test
    void operatorTellsItsNeighbours() {
        AtomicReference<Subscription> subscription = new AtomicReference<>();
        TestPublisher<Integer> source = TestPublisher.create();
        StepVerifier.create(attempts(source.flux()), 5)
                .consumeSubscriptionWith(subscription::set)
                .then(() -> source.next(1))
                .expectNext(1)
                .then(() -> {
                    Scannable loop = Scannable.from(subscription.get());
                    assertThat(loop.scan(Scannable.Attr.REQUESTED_FROM_DOWNSTREAM))
                            .isEqualTo(5);
                    assertThat(loop.scan(Scannable.Attr.CANCELLED)).isFalse();
                    assertThat(loop.scan(Scannable.Attr.TERMINATED)).isFalse();
                    assertThat(loop.scanUnsafe(Scannable.Attr.ACTUAL)).isNotNull();
                })
                .then(source::complete)
                .verifyComplete();
    }

    /** Attempts in this order; each decision is for the next one. */
    @SafeVarargs
    private Flux<Integer> attempts(Flux<Integer>... each) {
        return new Attempts<>(
                (Integer state) -> {
                    int index = state == null ? 0 : state;
                    begun.add(index);
                    return each[index];
                },
                error -> Mono.just(begun.size()));
    }

    private static Flux<Integer> cut(int... items) {
        return Flux.fromStream(() -> IntStream.of(items).boxed()).concatWith(Mono.error(CUT));
    }
}

package dev.understudy.streaming.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.PublisherProbe;
import reactor.test.publisher.TestPublisher;

/** A second source beside a first one: one of them is emitted, and demand and cancellation reach both. */
class SourceRaceTest {

    private final SourceRace<String> race = new SourceRace<>();
    private final TestPublisher<String> first = TestPublisher.create();
    private final TestPublisher<String> second = TestPublisher.create();

    private StepVerifier.FirstStep<String> raced(long demand) {
        return StepVerifier.create(race.from(first.flux()), demand);
    }

    private void begin() {
        race.begin(second.flux());
    }

    @Test
    void firstSourceAloneIsUnchanged() {
        raced(Long.MAX_VALUE)
                .then(() -> first.emit("a", "b"))
                .expectNext("a", "b")
                .verifyComplete();
    }

    @Test
    void secondSourceThatClaimsIsEmittedAndTheFirstCancelled() {
        raced(Long.MAX_VALUE)
                .then(() -> first.next("a"))
                .expectNext("a")
                .then(this::begin)
                .then(() -> assertThat(race.secondClaims()).isTrue())
                .then(first::assertCancelled)
                .then(() -> second.emit("b", "c"))
                .expectNext("b", "c")
                .verifyComplete();
        assertThat(race.firstClaims()).isFalse();
    }

    @Test
    void firstSourceThatClaimsGoesOnAndTheSecondIsCancelled() {
        raced(Long.MAX_VALUE)
                .then(this::begin)
                .then(() -> assertThat(race.firstClaims()).isTrue())
                .then(second::assertCancelled)
                .then(() -> assertThat(race.secondClaims()).isFalse())
                .then(() -> first.emit("a"))
                .expectNext("a")
                .verifyComplete();
    }

    @Test
    void sourceThatLostMayBeginAgain() {
        TestPublisher<String> third = TestPublisher.create();
        raced(Long.MAX_VALUE)
                .then(this::begin)
                .then(race::firstClaims)
                .then(() -> race.begin(third.flux()))
                .then(race::secondClaims)
                .then(() -> third.emit("c"))
                .expectNext("c")
                .verifyComplete();
        first.assertCancelled();
    }

    @Test
    void demandThatIsNotServedIsRequestedOfTheSecondSource() {
        List<Long> asked = new ArrayList<>();
        Flux<String> slow = second.flux().doOnRequest(asked::add);
        raced(3).then(() -> first.next("a"))
                .expectNext("a")
                .then(() -> race.begin(slow))
                .then(() -> assertThat(asked).containsExactly(2L))
                .thenRequest(4)
                .then(() -> assertThat(asked).containsExactly(2L, 4L))
                .then(race::secondClaims)
                .thenRequest(1)
                .then(() -> assertThat(asked).containsExactly(2L, 4L, 1L))
                .then(() -> second.next("b", "c"))
                .expectNext("b", "c")
                .thenCancel()
                .verify();
        second.assertCancelled();
    }

    @Test
    void unboundedDemandIsRequestedOnceOfEach() {
        List<Long> asked = new ArrayList<>();
        StepVerifier.create(race.from(first.flux().doOnRequest(asked::add)))
                .then(() -> race.begin(second.flux().doOnRequest(asked::add)))
                .then(() -> assertThat(asked).containsExactly(Long.MAX_VALUE, Long.MAX_VALUE))
                .thenCancel()
                .verify();
    }

    @Test
    void failureOfTheSecondSourceLeavesTheFirstAlone() {
        raced(Long.MAX_VALUE)
                .then(this::begin)
                .then(() -> second.error(new IllegalStateException("refused")))
                .then(() -> assertThat(race.isOpen()).isFalse())
                .then(() -> first.emit("a"))
                .expectNext("a")
                .verifyComplete();
    }

    @Test
    void failureOfTheFirstSourceLeavesTheSecondAlone() {
        raced(Long.MAX_VALUE)
                .then(this::begin)
                .then(() -> first.error(new IllegalStateException("cut")))
                .then(() -> assertThat(race.secondClaims()).isTrue())
                .then(() -> second.emit("b"))
                .expectNext("b")
                .verifyComplete();
    }

    @Test
    void failureOfBothIsTheFailureOfTheLast() {
        raced(Long.MAX_VALUE)
                .then(this::begin)
                .then(() -> first.error(new IllegalStateException("cut")))
                .then(() -> second.error(new IllegalArgumentException("refused")))
                .verifyError(IllegalArgumentException.class);
    }

    @Test
    void cancellationReachesBothSources() {
        raced(Long.MAX_VALUE).then(this::begin).thenCancel().verify();
        first.assertCancelled();
        second.assertCancelled();
    }

    @Test
    void sourceThatBeginsAfterCancellationIsCancelled() {
        PublisherProbe<String> late = PublisherProbe.of(Flux.never());
        raced(Long.MAX_VALUE).thenCancel().verify();
        race.begin(late.flux());
        late.assertWasCancelled();
    }
}

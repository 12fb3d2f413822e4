package dev.understudy.streaming.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class BatchesTest {

    @Test
    void itemsThatArrivedBeforeTheRequestAreOneList() {
        TestPublisher<Integer> source = TestPublisher.create();
        StepVerifier.create(new Batches<>(source.flux(), 8), 0)
                .then(() -> source.next(1, 2, 3))
                .thenRequest(1)
                .expectNext(List.of(1, 2, 3))
                .then(() -> source.next(4))
                .thenRequest(1)
                .expectNext(List.of(4))
                .then(source::complete)
                .verifyComplete();
    }

    @Test
    void itemIsEmittedAtOnceWhereItIsRequested() {
        TestPublisher<Integer> source = TestPublisher.create();
        StepVerifier.create(new Batches<>(source.flux(), 8))
                .then(() -> source.next(1))
                .expectNext(List.of(1))
                .then(() -> source.next(2))
                .expectNext(List.of(2))
                .thenCancel()
                .verify();
        source.assertCancelled();
    }

    @Test
    void completionFollowsTheLastItems() {
        TestPublisher<Integer> source = TestPublisher.create();
        StepVerifier.create(new Batches<>(source.flux(), 8), 0)
                .then(() -> source.next(1).complete())
                .thenRequest(1)
                .expectNext(List.of(1))
                .verifyComplete();
    }

    @Test
    void errorFollowsTheLastItems() {
        TestPublisher<Integer> source = TestPublisher.create();
        StepVerifier.create(new Batches<>(source.flux(), 8), 0)
                .then(() -> source.next(1).error(new IllegalStateException("x")))
                .thenRequest(1)
                .expectNext(List.of(1))
                .verifyErrorMessage("x");
    }

    @Test
    void sourceIsNotAskedForMoreThanIsHeld() {
        AtomicLong requested = new AtomicLong();
        Flux<Integer> source = Flux.range(1, 100).doOnRequest(requested::addAndGet);
        StepVerifier.create(new Batches<>(source, 8), 0)
                .then(() -> assertThat(requested).hasValue(8))
                .thenRequest(1)
                .expectNext(List.of(1, 2, 3, 4, 5, 6, 7, 8))
                .then(() -> assertThat(requested).hasValue(16))
                .thenCancel()
                .verify();
    }

    @Test
    void cancellationReachesTheSource() {
        TestPublisher<Integer> source = TestPublisher.create();
        StepVerifier.create(new Batches<>(source.flux(), 8), 0)
                .then(() -> source.next(1))
                .thenCancel()
                .verify();
        source.assertCancelled();
    }

    @Test
    void orderIsKeptAcrossThreads() {
        List<Integer> expected = IntStream.range(0, 50_000).boxed().toList();
        Flux<Integer> source = Flux.fromIterable(expected).publishOn(Schedulers.parallel());
        List<Integer> received = new ArrayList<>();
        Sinks.One<Boolean> end = Sinks.one();
        new Batches<>(source, 64)
                .publishOn(Schedulers.parallel(), 1)
                .doOnComplete(() -> end.tryEmitValue(true))
                .subscribe(received::addAll);
        assertThat(end.asMono().block()).isTrue();
        assertThat(received).isEqualTo(expected);
    }
}

package dev.understudy.streaming.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.streaming.Cases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SignalType;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class StatefulOperatorTest {

    /** Each number so often as it is greater than a multiple of four: none, one, two or three times; and a last one. */
    private static class Times implements StatefulOperator.Handler<Integer, Integer> {
        @Override
        public void next(Integer item, StatefulOperator.Sink<Integer> sink) {
            for (int i = 0; i < item % 4; i++) {
                sink.emit(item);
            }
        }

        @Override
        public void terminate(@Nullable Throwable error, StatefulOperator.Sink<Integer> sink) {
            sink.emit(-1);
            sink.end(error);
        }
    }

    private static Flux<Integer> times(Flux<Integer> source) {
        return new StatefulOperator<>(source, Times::new, Schedulers::parallel);
    }

    private static List<Integer> expected(int to) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < to; i++) {
            for (int n = 0; n < i % 4; n++) {
                all.add(i);
            }
        }
        all.add(-1);
        return all;
    }

    @Test
    void whatWaitsGoesOutOnlyAsItIsAskedFor() {
        StepVerifier.create(times(Flux.just(3, 0, 1)), 0)
                .thenRequest(1)
                .expectNext(3)
                .thenRequest(1)
                .expectNext(3)
                .thenRequest(3)
                .expectNext(3, 1, -1)
                .verifyComplete();
    }

    @Test
    void nothingMoreIsAskedForWhileSomethingWaits() {
        TestPublisher<Integer> source = TestPublisher.create();
        List<Long> asked = new ArrayList<>();
        StepVerifier.create(times(source.flux().doOnRequest(asked::add)), 1)
                .then(() -> source.next(3))
                .expectNext(3)
                .then(() -> assertThat(asked).containsExactly(1L))
                .thenRequest(1)
                .expectNext(3)
                .then(() -> assertThat(asked).containsExactly(1L))
                .thenRequest(2)
                .expectNext(3)
                .then(() -> assertThat(asked).containsExactly(1L, 1L))
                .then(() -> source.next(0))
                .then(() -> assertThat(asked).containsExactly(1L, 1L, 1L))
                .then(source::complete)
                .expectNext(-1)
                .verifyComplete();
    }

    @Test
    void anErrorWaitsForWhatWasEmittedBeforeIt() {
        StepVerifier.create(times(Flux.just(2).concatWith(Flux.error(new IllegalStateException("end")))), 1)
                .expectNext(2)
                .thenRequest(1)
                .expectNext(2)
                .thenRequest(1)
                .expectNext(-1)
                .verifyErrorMessage("end");
    }

    @Test
    void endWithoutDemandIsDeliveredLater() {
        StepVerifier.create(times(Flux.empty()), 0)
                .expectSubscription()
                .thenRequest(Long.MAX_VALUE)
                .expectNext(-1)
                .verifyComplete();
    }

    @Test
    void aRoleThatThrowsEndsTheStreamAndCancelsTheSource() {
        TestPublisher<Integer> source = TestPublisher.create();
        StatefulOperator.Handler<Integer, Integer> broken = new Times() {
            @Override
            public void next(Integer item, StatefulOperator.Sink<Integer> sink) {
                throw new IllegalStateException("broken");
            }
        };
        for (long demand : List.of(1L, Long.MAX_VALUE)) {
            StepVerifier.create(new StatefulOperator<>(source.flux(), () -> broken, Schedulers::parallel), demand)
                    .then(() -> source.next(1))
                    .verifyErrorMessage("broken");
        }
        source.assertCancelled(2);
    }

    @Test
    void cancellationReachesTheSourceAndNothingFollows() {
        for (long demand : List.of(2L, Long.MAX_VALUE)) {
            TestPublisher<Integer> source =
                    TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
            StepVerifier.create(times(source.flux()), demand)
                    .then(() -> source.next(1))
                    .expectNext(1)
                    .thenCancel()
                    .verify();
            source.assertCancelled();
            source.next(3).complete();
        }
    }

    @Test
    void aTimerWakesTheRoleAndEndsWithTheStream() {
        StatefulOperator.Handler<Integer, Integer> ticking = new StatefulOperator.Handler<>() {
            @Override
            public void begin(StatefulOperator.Sink<Integer> sink) {
                sink.wake(Duration.ofSeconds(1));
            }

            @Override
            public void next(Integer item, StatefulOperator.Sink<Integer> sink) {
                sink.emit(item);
            }

            @Override
            public void onTimer(StatefulOperator.Sink<Integer> sink) {
                sink.emit(0);
                sink.wake(Duration.ofSeconds(1));
            }

            @Override
            public boolean isTimed() {
                return true;
            }

            @Override
            public void terminate(@Nullable Throwable error, StatefulOperator.Sink<Integer> sink) {
                sink.end(error);
            }
        };
        StepVerifier.withVirtualTime(() -> new StatefulOperator<>(
                        Flux.just(7).delayElements(Duration.ofMillis(2500)), () -> ticking, Schedulers::parallel))
                .expectSubscription()
                .thenAwait(Duration.ofSeconds(3))
                .expectNext(0, 0, 7)
                .verifyComplete();
    }

    @Test
    void requestAndOnNextMayRace() {
        Cases.play("relay under races", 50, random -> {
            int to = 200;
            AtomicLong asked = new AtomicLong();
            AtomicLong told = new AtomicLong();
            List<Integer> heard = new ArrayList<>();
            CountDownLatch over = new CountDownLatch(1);
            BaseSubscriber<Integer> reader = new BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(Subscription subscription) {}

                @Override
                protected void hookOnNext(Integer value) {
                    heard.add(value);
                    if (told.incrementAndGet() > asked.get()) {
                        heard.add(-99);
                    }
                }

                @Override
                protected void hookFinally(SignalType type) {
                    over.countDown();
                }
            };
            times(Flux.range(0, to).publishOn(Schedulers.parallel(), 1)).subscribe(reader);
            while (over.getCount() > 0) {
                int n = 1 + random.nextInt(3);
                asked.addAndGet(n);
                reader.request(n);
                if (random.nextInt(4) == 0) {
                    Thread.onSpinWait();
                }
            }
            assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(heard).isEqualTo(expected(to));
        });
    }

    /** Hears, and asks only when it is told to. */
    private static class Reader extends BaseSubscriber<Integer> {
        final List<Integer> heard = new ArrayList<>();
        final CountDownLatch over = new CountDownLatch(1);

        @Nullable
        Throwable error;

        @Override
        protected void hookOnSubscribe(Subscription subscription) {}

        @Override
        protected void hookOnNext(Integer value) {
            heard.add(value);
        }

        @Override
        protected void hookOnError(Throwable throwable) {
            error = throwable;
        }

        @Override
        protected void hookFinally(SignalType type) {
            over.countDown();
        }
    }

    @Test
    void cancellationWithinAnItemStopsItsOutput() {
        for (long demand : List.of(5L, Long.MAX_VALUE)) {
            // BaseSubscriber hides what comes behind a cancel, so the operator is heard directly.
            List<Integer> heard = new ArrayList<>();
            times(Flux.just(3, 3)).subscribe(new CoreSubscriber<>() {
                private @Nullable Subscription subscription;

                @Override
                public void onSubscribe(Subscription subscription) {
                    this.subscription = subscription;
                    subscription.request(demand);
                }

                @Override
                public void onNext(Integer item) {
                    heard.add(item);
                    subscription.cancel();
                }

                @Override
                public void onError(Throwable error) {
                    heard.add(-2);
                }

                @Override
                public void onComplete() {
                    heard.add(-3);
                }
            });
            assertThat(heard).as("asked for %d", demand).containsExactly(3);
        }
    }

    @Test
    void sourceThatExceedsDemandIsAnError() {
        TestPublisher<Integer> source = TestPublisher.createNoncompliant(TestPublisher.Violation.REQUEST_OVERFLOW);
        Reader reader = new Reader() {
            @Override
            protected void hookOnNext(Integer value) {
                super.hookOnNext(value);
                if (heard.size() == 1) {
                    source.next(5);
                    source.next(9);
                }
            }
        };
        times(source.flux()).subscribe(reader);
        reader.request(10);
        source.next(1);
        assertThat(reader.heard).containsExactly(1, 5, -1);
        assertThat(Exceptions.isOverflow(reader.error)).isTrue();
        source.assertCancelled();
    }

    @Test
    void whatIsAskedForAddsUpToNoMoreThanEverything() {
        Reader reader = new Reader();
        times(Flux.range(0, 100)).subscribe(reader);
        reader.request(Long.MAX_VALUE - 1);
        reader.request(Long.MAX_VALUE - 1);
        assertThat(reader.heard).isEqualTo(expected(100));
        assertThat(reader.over.getCount()).isZero();
    }

    @Test
    void askingForNothingOrLessAsksForNothing() {
        List<Long> asked = new ArrayList<>();
        Subscription[] subscription = new Subscription[1];
        times(Flux.just(1, 1).doOnRequest(asked::add))
                .doOnSubscribe(given -> subscription[0] = given)
                .subscribe(new Reader());
        subscription[0].request(0);
        subscription[0].request(-1);
        assertThat(asked).isEmpty();
        subscription[0].request(1);
        assertThat(asked).containsExactly(1L);
    }

    @Test
    void askingWithinOnNextGoesNoDeeper() {
        Reader reader = new Reader() {
            @Override
            protected void hookOnNext(Integer value) {
                super.hookOnNext(value);
                request(1);
            }
        };
        times(Flux.range(0, 100_000)).subscribe(reader);
        reader.request(1);
        assertThat(reader.heard).isEqualTo(expected(100_000));
        assertThat(reader.over.getCount()).isZero();
    }

    @Test
    void twoMayAskWhileTheSourceSpeaksAndAThirdCancels() {
        Cases.play("relay that is cancelled under races", 50, random -> {
            int to = 400;
            AtomicLong asked = new AtomicLong();
            AtomicLong told = new AtomicLong();
            AtomicBoolean speaking = new AtomicBoolean();
            AtomicBoolean wrong = new AtomicBoolean();
            CountDownLatch gone = new CountDownLatch(1);
            Reader reader = new Reader() {
                @Override
                protected void hookOnNext(Integer value) {
                    wrong.compareAndSet(false, !speaking.compareAndSet(false, true));
                    super.hookOnNext(value);
                    wrong.compareAndSet(false, told.incrementAndGet() > asked.get());
                    speaking.set(false);
                }
            };
            times(Flux.range(0, to)
                            .concatWith(Flux.never())
                            .doOnCancel(gone::countDown)
                            .publishOn(Schedulers.parallel(), 1))
                    .subscribe(reader);
            boolean everything = random.nextInt(4) == 0;
            int until = random.nextInt(300);
            Runnable asking = () -> {
                for (int i = 0; i < 300 && !reader.isDisposed(); i++) {
                    asked.incrementAndGet();
                    reader.request(1);
                }
            };
            Runnable askingForMore = () -> {
                if (everything) {
                    asked.set(Long.MAX_VALUE >> 1);
                    reader.request(Long.MAX_VALUE);
                }
                asking.run();
            };
            Thread second = new Thread(askingForMore);
            Thread third = new Thread(() -> {
                while (told.get() < until && reader.over.getCount() > 0) {
                    Thread.onSpinWait();
                }
                reader.cancel();
            });
            second.start();
            third.start();
            asking.run();
            second.join();
            third.join();
            assertThat(gone.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(wrong).isFalse();
            List<Integer> heard = List.copyOf(reader.heard);
            assertThat(expected(to).subList(0, heard.size())).isEqualTo(heard);
        });
    }
}

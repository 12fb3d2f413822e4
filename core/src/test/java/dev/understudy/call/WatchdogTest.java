package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.TrackedTimers;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure.Phase;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.guard.FinishWait;
import dev.understudy.guard.ResponseStart;
import dev.understudy.guard.TimeSource;
import dev.understudy.policy.TimeoutPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.PublisherProbe;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.context.Context;

class WatchdogTest {

    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration IDLE = Duration.ofSeconds(20);
    private static final Duration TOTAL = Duration.ofMinutes(5);
    private static final TimeoutPolicy POLICY =
            TimeoutPolicy.defaults().withFirstContent(FIRST).withIdle(IDLE).withTotal(TOTAL);
    private static final Watchdog.Limits LIMITS = Watchdog.Limits.ofStream(POLICY, Long.MAX_VALUE);

    @Test
    void exceededLimitCompletesAFinishedSource() {
        FinishWait finishWait = new FinishWait();
        Sinks.One<StreamChunk> end = Sinks.one();
        StepVerifier.withVirtualTime(() -> new Watchdog<>(
                        Flux.<StreamChunk>just(text()).concatWith(end.asMono()),
                        LIMITS,
                        TimeSource.PARALLEL,
                        finishWait))
                .expectNextCount(1)
                .then(() -> finishWait.begin(end::tryEmitEmpty))
                .expectNoEvent(IDLE.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .verifyComplete();
    }

    @Test
    void finishedSourceThatDoesNotCompleteTimesOut() {
        FinishWait finishWait = new FinishWait();
        StepVerifier.withVirtualTime(() -> new Watchdog<>(
                        Flux.<StreamChunk>just(text()).concatWith(Flux.never()),
                        LIMITS,
                        TimeSource.PARALLEL,
                        finishWait))
                .expectNextCount(1)
                .then(() -> finishWait.begin(() -> {}))
                .thenAwait(IDLE.plusSeconds(2))
                .verifyError(ChatException.CallFailed.class);
    }

    @Test
    void silenceBeforeContentTimesOut() {
        PublisherProbe<StreamChunk> silent = PublisherProbe.of(Flux.never());
        StepVerifier.withVirtualTime(() -> watched(silent.flux()))
                .expectSubscription()
                .expectNoEvent(FIRST.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .verifyErrorSatisfies(error -> assertPhase(error, Phase.FIRST_CONTENT));
        silent.assertWasCancelled();
    }

    @Test
    void emptyChunkIsNoContent() {
        StepVerifier.withVirtualTime(() ->
                        watched(Flux.<StreamChunk>just(new StreamChunk.Text("")).concatWith(Flux.never())))
                .expectNextCount(1)
                .thenAwait(FIRST)
                .verifyErrorSatisfies(error -> assertPhase(error, Phase.FIRST_CONTENT));
    }

    @Test
    void silenceBetweenContentTimesOut() {
        StepVerifier.withVirtualTime(() -> watched(Flux.interval(Duration.ofSeconds(19))
                        .take(3)
                        .map(i -> text())
                        .startWith(text())
                        .concatWith(Flux.never())))
                .thenAwait(Duration.ofSeconds(57))
                .expectNextCount(4)
                .expectNoEvent(IDLE.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .verifyErrorSatisfies(error -> assertPhase(error, Phase.IDLE));
    }

    @Test
    void idleLimitShorterThanFirstIsExact() {
        StepVerifier.withVirtualTime(() -> Flux.defer(() -> new Watchdog<>(
                        Mono.delay(Duration.ofMillis(2_500))
                                .<StreamChunk>thenReturn(text())
                                .concatWith(Flux.never()),
                        Watchdog.Limits.ofStream(POLICY.withIdle(Duration.ofSeconds(1)), Long.MAX_VALUE),
                        TimeSource.PARALLEL)))
                .thenAwait(Duration.ofMillis(2_500))
                .expectNextCount(1)
                .expectNoEvent(Duration.ofMillis(999))
                .thenAwait(Duration.ofMillis(1))
                .verifyErrorSatisfies(error -> assertPhase(error, Phase.IDLE));
    }

    @Test
    void incompleteToolCallHasALongerIdleLimit() {
        StepVerifier.withVirtualTime(
                        () -> watched(Flux.just(text(), toolCallPart()).concatWith(Flux.never())))
                .expectNextCount(2)
                .expectNoEvent(POLICY.idleInToolCall().minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .verifyErrorSatisfies(error -> assertPhase(error, Phase.IDLE));
    }

    @Test
    void completeToolCallHasTheIdleLimitAgain() {
        StreamChunk done = new StreamChunk.ToolCallDone(0, new ToolCall("id", "write", "{}"));
        StepVerifier.withVirtualTime(() -> watched(Flux.<StreamChunk>just(toolCallPart())
                        .concatWith(Mono.delay(IDLE.plusSeconds(5)).thenReturn(done))
                        .concatWith(Flux.never())))
                .thenAwait(IDLE.plusSeconds(5))
                .expectNextCount(2)
                .expectNoEvent(IDLE.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .verifyErrorSatisfies(error -> assertPhase(error, Phase.IDLE));
    }

    @Test
    void silenceAfterReasoningHasALongerLimit() {
        StepVerifier.withVirtualTime(
                        () -> watched(Flux.<StreamChunk>just(text(), new StreamChunk.Reasoning("Let me see.", null))
                                .concatWith(Flux.never())))
                .expectNextCount(2)
                .expectNoEvent(POLICY.idleInReasoning().minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .verifyErrorSatisfies(error -> assertPhase(error, Phase.IDLE));
    }

    @Test
    void longerIdleLimitHoldsInEveryPhase() {
        Duration hour = Duration.ofHours(1);
        Watchdog.Limits limits =
                Watchdog.Limits.ofStream(POLICY.withIdle(hour).withTotal(hour.multipliedBy(9)), Long.MAX_VALUE);
        StepVerifier.withVirtualTime(() -> Flux.defer(() -> new Watchdog<>(
                        Flux.just(toolCallPart()).concatWith(Flux.never()), limits, TimeSource.PARALLEL)))
                .expectNextCount(1)
                .expectNoEvent(hour.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .verifyErrorSatisfies(error -> assertPhase(error, Phase.IDLE));
    }

    @Test
    void responseWithoutHeadersHasALimitOfItsOwn() {
        Duration headers = Duration.ofSeconds(3);
        StepVerifier.withVirtualTime(() -> Flux.defer(() -> new Watchdog<>(
                        Flux.<StreamChunk>never(),
                        Watchdog.Limits.ofStream(POLICY.withHeaders(headers), Long.MAX_VALUE),
                        TimeSource.PARALLEL)))
                .expectSubscription()
                .expectNoEvent(headers.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .verifyErrorSatisfies(error -> assertPhase(error, Phase.HEADERS));
    }

    @Test
    void limitOfTheFirstContentHoldsAfterHeaders() {
        ResponseStart responseStart = new ResponseStart();
        Watchdog.Limits limits = new Watchdog.Limits(
                POLICY.withHeaders(Duration.ofSeconds(3)), FIRST, Phase.FIRST_CONTENT, responseStart, Long.MAX_VALUE);
        StepVerifier.withVirtualTime(
                        () -> Flux.defer(() -> new Watchdog<>(Flux.<StreamChunk>never(), limits, TimeSource.PARALLEL)))
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(2))
                .then(responseStart::arrived)
                .expectNoEvent(FIRST.minusSeconds(2).minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .verifyErrorSatisfies(error -> assertPhase(error, Phase.FIRST_CONTENT));
    }

    @Test
    void timeWithoutDemandDoesNotCount() {
        StepVerifier.withVirtualTime(() -> watched(Flux.range(0, 3).map(i -> text())), 0)
                .expectSubscription()
                .expectNoEvent(Duration.ofMinutes(1))
                .thenRequest(1)
                .expectNextCount(1)
                .expectNoEvent(Duration.ofMinutes(1))
                .thenRequest(2)
                .expectNextCount(2)
                .verifyComplete();
    }

    @Test
    void silenceIsMeasuredFromNewDemand() {
        StepVerifier.withVirtualTime(() -> watched(Flux.just(text()).concatWith(Flux.<StreamChunk>never())), 1)
                .expectNextCount(1)
                .expectNoEvent(Duration.ofMinutes(2))
                .thenRequest(1)
                .expectNoEvent(IDLE.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .verifyErrorSatisfies(error -> assertPhase(error, Phase.IDLE));
    }

    @Test
    void subscriberWithoutDemandTimesOut() {
        StepVerifier.withVirtualTime(() -> watched(Flux.never()), 0)
                .expectSubscription()
                .expectNoEvent(TOTAL.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .verifyErrorSatisfies(error -> assertPhase(error, Phase.CONSUMER));
    }

    @Test
    void timerIsNotSetEachMillisecondDuringASlowEmission() {
        VirtualTimeScheduler clock = VirtualTimeScheduler.create();
        RecordingScheduler timers = new RecordingScheduler(clock);
        TestPublisher<StreamChunk> source = TestPublisher.create();
        new Watchdog<>(source.flux(), LIMITS, new TimeSource(() -> timers))
                .subscribe(chunk -> clock.advanceTimeBy(IDLE.plusMillis(5)));
        source.next(text());
        assertThat(timers.delays).hasSizeBetween(2, 20).allSatisfy(delay -> assertThat(delay)
                .isGreaterThanOrEqualTo(1_000_000_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"word", ""})
    void timeInOnNextIsNoSilenceOfTheSource(String content) {
        VirtualTimeScheduler clock = VirtualTimeScheduler.create();
        TestPublisher<StreamChunk> source = TestPublisher.create();
        List<Throwable> errors = new ArrayList<>();
        boolean[] slow = {false};
        new Watchdog<>(source.flux(), LIMITS, new TimeSource(() -> clock))
                .subscribe(
                        chunk -> {
                            if (slow[0]) {
                                clock.advanceTimeBy(IDLE.plusSeconds(1).plusMillis(300));
                            }
                        },
                        errors::add);
        source.next(text());
        slow[0] = true;
        source.next(new StreamChunk.Text(content));
        clock.advanceTimeBy(IDLE.minusSeconds(2));
        assertThat(errors).isEmpty();
        clock.advanceTimeBy(Duration.ofSeconds(2));
        assertThat(errors).singleElement().satisfies(error -> assertPhase(error, Phase.IDLE));
    }

    @Test
    void pausedSubscriberIsNotPolled() {
        VirtualTimeScheduler clock = VirtualTimeScheduler.create();
        RecordingScheduler timers = new RecordingScheduler(clock);
        TestPublisher<StreamChunk> source = TestPublisher.create();
        StepVerifier.create(new Watchdog<>(source.flux(), LIMITS, new TimeSource(() -> timers)), 2)
                .then(() -> source.next(text()))
                .expectNextCount(1)
                .then(() -> clock.advanceTimeBy(IDLE.minusNanos(500_000)))
                .then(() -> source.next(new StreamChunk.Text("")))
                .expectNextCount(1)
                .then(() -> clock.advanceTimeBy(Duration.ofMinutes(2)))
                .then(() -> assertThat(timers.delays).hasSizeLessThan(12))
                .thenRequest(1)
                .then(() -> clock.advanceTimeBy(IDLE.minusMillis(1)))
                .then(() -> source.next(text()))
                .expectNextCount(1)
                .thenRequest(1)
                .then(() -> clock.advanceTimeBy(IDLE))
                .verifyErrorSatisfies(error -> assertPhase(error, Phase.IDLE));
    }

    @Test
    void timerIsOffBeforeTheErrorIsSignalled() {
        VirtualTimeScheduler clock = VirtualTimeScheduler.create();
        RecordingScheduler timers = new RecordingScheduler(clock);
        List<Boolean> off = new ArrayList<>();
        new Watchdog<>(Flux.<StreamChunk>never(), LIMITS, new TimeSource(() -> timers))
                .subscribe(chunk -> {}, error -> off.add(timers.last.get().isDisposed()));
        clock.advanceTimeBy(FIRST);
        assertThat(off).containsExactly(true);
    }

    @Test
    void sourceThatThrowsAfterItsErrorSubscribesOnce() {
        List<String> signals = new ArrayList<>();
        new Watchdog<>(
                        new Flux<StreamChunk>() {
                            @Override
                            public void subscribe(CoreSubscriber<? super StreamChunk> actual) {
                                Operators.error(actual, new IllegalStateException("first"));
                                throw new IllegalStateException("second");
                            }
                        },
                        LIMITS,
                        TimeSource.PARALLEL)
                .subscribe(new CoreSubscriber<>() {
                    @Override
                    public Context currentContext() {
                        Consumer<Throwable> dropped = error -> signals.add("dropped " + error.getMessage());
                        return Context.of("reactor.onErrorDropped.local", dropped);
                    }

                    @Override
                    public void onSubscribe(Subscription subscription) {
                        signals.add("subscribed");
                    }

                    @Override
                    public void onNext(StreamChunk chunk) {
                        signals.add("chunk");
                    }

                    @Override
                    public void onError(Throwable error) {
                        signals.add(error.getMessage());
                    }

                    @Override
                    public void onComplete() {
                        signals.add("complete");
                    }
                });
        assertThat(signals).containsExactly("subscribed", "first", "dropped second");
    }

    /** Records the delay of each timer; stops scheduling after a hundred, so that a timer without delay ends. */
    private record RecordingScheduler(Scheduler clock, List<Long> delays, AtomicReference<Disposable> last)
            implements Scheduler {

        RecordingScheduler(Scheduler clock) {
            this(clock, new ArrayList<>(), new AtomicReference<>());
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            delays.add(unit.toNanos(delay));
            if (delays.size() > 100) {
                return Disposables.disposed();
            }
            Disposable timer = Disposables.single();
            last.set(timer);
            clock.schedule(
                    () -> {
                        if (!timer.isDisposed()) {
                            task.run();
                        }
                    },
                    delay,
                    unit);
            return timer;
        }

        @Override
        public Disposable schedule(Runnable task) {
            return schedule(task, 0, TimeUnit.NANOSECONDS);
        }

        @Override
        public Worker createWorker() {
            return clock.createWorker();
        }

        @Override
        public long now(TimeUnit unit) {
            return clock.now(unit);
        }
    }

    @Test
    void responseIsContent() {
        StepVerifier.withVirtualTime(
                        () -> new Watchdog<>(Mono.delay(Duration.ofSeconds(9)).flux(), LIMITS, TimeSource.PARALLEL))
                .thenAwait(Duration.ofSeconds(9))
                .expectNext(0L)
                .verifyComplete();
    }

    @Test
    void demandIsPassedOneToOne() {
        AtomicLong asked = new AtomicLong();
        StepVerifier.create(watched(Flux.range(0, 100).map(i -> text()).doOnRequest(asked::addAndGet)), 3)
                .expectNextCount(3)
                .then(() -> assertThat(asked).hasValue(3))
                .thenCancel()
                .verify();
    }

    @Test
    void noTimerRemains() {
        TrackedTimers timers = new TrackedTimers(Schedulers.parallel());
        TimeSource timeSource = new TimeSource(() -> timers);
        StepVerifier.create(new Watchdog<>(Flux.just(text()), LIMITS, timeSource))
                .expectNextCount(1)
                .verifyComplete();
        StepVerifier.create(new Watchdog<>(Flux.<StreamChunk>never(), LIMITS, timeSource))
                .thenCancel()
                .verify();
        StepVerifier.create(new Watchdog<>(Flux.<StreamChunk>error(new IllegalStateException()), LIMITS, timeSource))
                .verifyError(IllegalStateException.class);
        assertThat(timers.made()).as("a source that ends at once needs none").isEqualTo(1);
        assertThat(timers.left()).isZero();
    }

    private static Flux<StreamChunk> watched(Flux<StreamChunk> source) {
        return Flux.defer(() -> new Watchdog<>(source, LIMITS, TimeSource.PARALLEL));
    }

    private static StreamChunk toolCallPart() {
        return new StreamChunk.ToolCallPart(0, "id", "write", "{");
    }

    private static StreamChunk text() {
        return new StreamChunk.Text("word");
    }

    private static void assertPhase(Throwable error, Phase phase) {
        assertThat(((ChatException.CallFailed) error).failure().phase()).isEqualTo(phase);
    }
}

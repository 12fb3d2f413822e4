package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.DelayedTimers;
import dev.understudy.TrackedTimers;
import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure.Phase;
import dev.understudy.chat.StreamChunk;
import dev.understudy.guard.TimeSource;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/** The timer of an attempt is never lost, at whichever point a thread is delayed. */
class WatchdogTimerTest {

    private final VirtualScenario scenario = new VirtualScenario();
    private final DelayedTimers paused = new DelayedTimers(scenario.clock);
    private final ScriptedProvider a = ScriptedProvider.named("a");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void timerThatFiresBeforeItIsStoredStaysArmed(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        TimeoutPolicy limits = TimeoutPolicy.defaults().withIdle(Duration.ofSeconds(1));
        Understudy understudy =
                scenario.builder(a).scheduler(paused).timeouts(limits).build();
        paused.holdUpNext(Duration.ofSeconds(3));
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofMinutes(2));
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(a.live()).isZero();
    }

    @Test
    void delayedTimerStaysArmed() {
        a.always(scenario.timed(ScriptedAnswer.text("one two three").hangAfter(1)));
        TimeoutPolicy limits = TimeoutPolicy.defaults().withIdle(Duration.ofSeconds(5));
        Understudy understudy =
                scenario.builder(a).scheduler(paused).timeouts(limits).build();
        CallResult result = scenario.stream(understudy);
        scenario.advance(Duration.ofSeconds(2));
        paused.holdUpNext(Duration.ofSeconds(4));
        scenario.advance(Duration.ofMinutes(10));
        assertThat(result.error).isInstanceOf(ChatException.PartialAnswer.class);
        assertThat(((ChatException.PartialAnswer) result.error).failure().phase())
                .isEqualTo(Phase.IDLE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelWhileTimerIsSetLeavesNoTimer(boolean streamed) {
        List<Disposable> calls = new ArrayList<>();
        TrackedTimers timers = new TrackedTimers(scenario.clock);
        Scheduler cancelling = new Forwarding(timers) {
            @Override
            public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
                Disposable timer = super.schedule(task, delay, unit);
                calls.forEach(Disposable::dispose);
                return timer;
            }
        };
        a.always(ScriptedAnswer.hang());
        Understudy understudy = scenario.builder(a).scheduler(cancelling).build();
        calls.add(ask(understudy, streamed).call);
        scenario.advance(Duration.ofSeconds(30));
        assertThat(timers.left()).isZero();
        assertThat(a.live()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rejectedTimerEndsTheCall(boolean streamed) {
        Scheduler full = new Forwarding(scenario.clock) {
            @Override
            public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
                throw new RejectedExecutionException("closed");
            }
        };
        a.always(ScriptedAnswer.hang());
        Understudy understudy = scenario.builder(a).scheduler(full).build();
        CallResult result = ask(understudy, streamed);
        assertThat(result.error).isInstanceOf(ChatException.class);
        assertThat(a.live()).isZero();
        assertThat(VirtualScenario.standing(understudy, "a").inFlight()).isZero();
    }

    /** Real threads with short limits and a slower subscriber. */
    @Test
    void everyStreamOfManyTimesOut() throws InterruptedException {
        int streams = 1_500;
        CountDownLatch ended = new CountDownLatch(streams);
        AtomicInteger wrong = new AtomicInteger();
        AtomicReference<Throwable> other = new AtomicReference<>();
        Flux<StreamChunk> source =
                Flux.<StreamChunk>just(new StreamChunk.Text("one")).concatWith(Flux.never());
        for (int i = 0; i < streams; i++) {
            TimeoutPolicy policy = TimeoutPolicy.defaults()
                    .withFirstContent(Duration.ofMillis(2))
                    .withIdle(Duration.ofMillis(2))
                    .withTotal(Duration.ofSeconds(2));
            Watchdog.Limits limits = Watchdog.Limits.ofStream(policy, Long.MAX_VALUE);
            int pause = i % 5;
            new Watchdog<>(source, limits, TimeSource.PARALLEL)
                    .doFinally(end -> ended.countDown())
                    .subscribe(
                            chunk -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pause)),
                            error -> {
                                if (!(error instanceof ChatException.CallFailed)) {
                                    wrong.incrementAndGet();
                                    other.set(error);
                                }
                            },
                            wrong::incrementAndGet);
        }
        assertThat(ended.await(60, TimeUnit.SECONDS))
                .as("%d of %d streams never ended", ended.getCount(), streams)
                .isTrue();
        assertThat(wrong).as("%s", other.get()).hasValue(0);
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return streamed ? scenario.stream(understudy) : scenario.chat(understudy);
    }

    private static class Forwarding implements Scheduler {

        private final Scheduler real;

        Forwarding(Scheduler real) {
            this.real = real;
        }

        @Override
        public long now(TimeUnit unit) {
            return real.now(unit);
        }

        @Override
        public Disposable schedule(Runnable task) {
            return real.schedule(task);
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            return real.schedule(task, delay, unit);
        }

        @Override
        public Worker createWorker() {
            return real.createWorker();
        }
    }
}

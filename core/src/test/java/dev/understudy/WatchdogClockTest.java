package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.Failure.Phase;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Event;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.scheduler.Scheduler;

/** Time limits count only while the subscriber waits. */
class WatchdogClockTest {

    private static final StreamChunk EMPTY = new StreamChunk.Text("");

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");

    /** Requests one chunk at a time. */
    private static final class OneByOne extends BaseSubscriber<StreamChunk> {
        final List<StreamChunk> chunks = new ArrayList<>();
        final AtomicReference<Throwable> error = new AtomicReference<>();
        boolean reading = true;
        boolean complete;

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(1);
        }

        @Override
        protected void hookOnNext(StreamChunk chunk) {
            chunks.add(chunk);
            if (reading) {
                request(1);
            }
        }

        @Override
        protected void hookOnError(Throwable thrown) {
            error.set(thrown);
        }

        @Override
        protected void hookOnComplete() {
            complete = true;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void chunksWithoutContentAreSilenceAtDemandOneToo(boolean spoken) {
        List<StreamChunk> chunks = new ArrayList<>();
        if (spoken) {
            chunks.add(new StreamChunk.Text("one"));
        }
        for (int i = 0; i < 200; i++) {
            chunks.add(EMPTY);
        }
        a.always(scenario.timed(
                ScriptedAnswer.chunks(chunks.toArray(StreamChunk[]::new)).between(Duration.ofSeconds(1))));
        OneByOne reader = new OneByOne();
        scenario.builder(a).build().stream(VirtualScenario.REQUEST).subscribe(reader);
        scenario.advance(Duration.ofSeconds(40));
        assertThat(reader.error.get()).isInstanceOf(ChatException.class);
        assertThat(failure(reader).phase()).isEqualTo(spoken ? Phase.IDLE : Phase.FIRST_CONTENT);
    }

    @Test
    void slowReaderDoesNotTimeOut() {
        List<Runnable> looks = new ArrayList<>();
        boolean[] inRequest = {false};
        Scheduler clock = new Scheduler() {
            @Override
            public long now(TimeUnit unit) {
                if (inRequest[0]) {
                    inRequest[0] = false;
                    List.copyOf(looks).forEach(Runnable::run); // the timer fires during the request
                }
                return scenario.clock.now(unit);
            }

            @Override
            public Disposable schedule(Runnable task) {
                return scenario.clock.schedule(task);
            }

            @Override
            public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
                looks.clear();
                looks.add(task);
                return scenario.clock.schedule(task, delay, unit);
            }

            @Override
            public Worker createWorker() {
                return scenario.clock.createWorker();
            }
        };
        a.always(scenario.timed(ScriptedAnswer.tokens("one", "two", "three").between(Duration.ofSeconds(1))));
        OneByOne reader = new OneByOne();
        reader.reading = false;
        scenario.builder(a).scheduler(clock).build().stream(VirtualScenario.REQUEST)
                .subscribe(reader);
        scenario.advance(Duration.ofSeconds(2));
        assertThat(reader.chunks).hasSize(1);
        scenario.advance(Duration.ofSeconds(60));
        inRequest[0] = true;
        reader.request(1);
        assertThat(reader.error.get()).isNull();
        scenario.advance(Duration.ofSeconds(2));
        assertThat(reader.chunks).hasSize(2);
    }

    @Test
    void slowReadersDoNotOpenTheCircuit() {
        a.always(scenario.timed(ScriptedAnswer.tokens("one", "two", "three").between(Duration.ofSeconds(1))));
        Understudy understudy = scenario.builder(a).build();
        List<OneByOne> readers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            OneByOne reader = new OneByOne();
            reader.reading = false;
            understudy.stream(VirtualScenario.REQUEST).subscribe(reader);
            readers.add(reader);
        }
        for (int i = 0; i < 4; i++) {
            scenario.advance(Duration.ofMinutes(4));
            readers.forEach(reader -> reader.request(1));
            scenario.advance(Duration.ofSeconds(2));
        }
        for (OneByOne reader : readers) {
            assertThat(reader.error.get()).isNull();
            assertThat(reader.complete).isTrue();
            assertThat(reader.chunks).hasSize(4);
        }
        assertThat(scenario.events(Event.CircuitStateChanged.class)).isEmpty();
    }

    @Test
    void stoppedReaderEndsItsCallOnly() {
        a.always(scenario.timed(ScriptedAnswer.tokens("one", "two", "three").between(Duration.ofSeconds(1))));
        Understudy understudy = scenario.builder(a).build();
        List<OneByOne> readers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            OneByOne reader = new OneByOne();
            reader.reading = false;
            understudy.stream(VirtualScenario.REQUEST).subscribe(reader);
            readers.add(reader);
        }
        scenario.advance(Duration.ofMinutes(6));
        for (OneByOne reader : readers) {
            assertThat(failure(reader).phase()).isEqualTo(Phase.CONSUMER);
        }
        assertThat(a.live()).isZero();
        assertThat(scenario.events(Event.CircuitStateChanged.class)).isEmpty();
        assertThat(VirtualScenario.standing(understudy, "a").consecutiveFailures())
                .isZero();
    }

    @Test
    void totalTimeoutEndsSlowProvider() {
        StreamChunk[] chunks = new StreamChunk[1_000];
        java.util.Arrays.fill(chunks, new StreamChunk.Text("word"));
        a.always(scenario.timed(ScriptedAnswer.chunks(chunks).between(Duration.ofSeconds(1))));
        OneByOne reader = new OneByOne();
        scenario.builder(a).build().stream(VirtualScenario.REQUEST).subscribe(reader);
        scenario.advance(Duration.ofMinutes(5).plusSeconds(1));
        assertThat(failure(reader).phase()).isEqualTo(Phase.TOTAL);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void limitsOfForEverAreNoError(boolean streamed) {
        Duration ever = Duration.ofSeconds(Long.MAX_VALUE);
        a.always(scenario.timed(ScriptedAnswer.text("well and good").beforeFirst(Duration.ofHours(2))));
        Understudy understudy = scenario.builder(a)
                .timeouts(new TimeoutPolicy(ever, ever, ever, ever, ever, ever, 0.5, ever))
                .callTimeout(ever)
                .retry(RetryPolicy.defaults())
                .build();
        CallResult result = streamed ? scenario.stream(understudy) : scenario.chat(understudy);
        scenario.advance(Duration.ofHours(2));
        assertThat(result.error).isNull();
        assertThat(result.served()).isTrue();
    }

    @Test
    void refusalBeforeContentIsEmittedWithContent() {
        a.always(ScriptedAnswer.chunks(
                new StreamChunk.Refusal("I would "),
                new StreamChunk.Refusal("rather not."),
                new StreamChunk.Text("But "),
                new StreamChunk.Text("well.")));
        OneByOne reader = new OneByOne();
        scenario.builder(a).build().stream(VirtualScenario.REQUEST).subscribe(reader);
        assertThat(reader.error.get()).isNull();
        assertThat(reader.chunks)
                .startsWith(
                        new StreamChunk.Refusal("I would "),
                        new StreamChunk.Refusal("rather not."),
                        new StreamChunk.Text("But "),
                        new StreamChunk.Text("well."))
                .hasSize(5);
        assertThat(reader.complete).isTrue();
    }

    @Test
    void chunksBeforeContentFollowDemand() {
        a.always(ScriptedAnswer.chunks(
                new StreamChunk.Refusal("I would "), new StreamChunk.Text("But "), new StreamChunk.Text("well.")));
        OneByOne reader = new OneByOne();
        reader.reading = false;
        scenario.builder(a).build().stream(VirtualScenario.REQUEST).subscribe(reader);
        assertThat(reader.chunks).hasSize(1);
        reader.request(1);
        assertThat(reader.chunks).hasSize(2);
        reader.request(1);
        assertThat(reader.chunks).hasSize(3);
        assertThat(reader.complete).isFalse();
        reader.request(5);
        assertThat(reader.chunks).hasSize(4);
        assertThat(reader.complete).isTrue();
    }

    @Test
    void timeoutMessageNamesTheLimit() {
        assertThat(Failure.timeout(Phase.IDLE, Duration.ofSeconds(20)).message())
                .isEqualTo("no further content within 20000 ms");
        assertThat(Failure.timeout(Phase.CONNECT, Duration.ofSeconds(5)).message())
                .isEqualTo("no connection within 5000 ms");
    }

    @Test
    void refusalWithoutContentIsFiltered() {
        a.always(ScriptedAnswer.chunks(new StreamChunk.Refusal("No."))
                .withFinish(dev.understudy.chat.FinishReason.STOP));
        CallResult result = scenario.stream(scenario.builder(a).build());
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(result.attemptLog().attempts().get(0).failure().kind()).isEqualTo(FailureKind.CONTENT_FILTERED);
    }

    private static Failure failure(OneByOne reader) {
        Throwable error = reader.error.get();
        if (error instanceof ChatException.PartialAnswer cut) {
            return cut.failure();
        }
        return java.util.Objects.requireNonNull(
                ((ChatException.Exhausted) error).attemptLog().cause());
    }
}

package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualStage.Heard;
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

/** The clocks of silence and of the whole run while the subscriber waits, and only then. */
class WatchdogClockTest {

    private static final StreamChunk EMPTY = new StreamChunk.Text("");

    private final VirtualStage stage = new VirtualStage();
    private final ScriptedProvider a = ScriptedProvider.named("a");

    /** Asks for one chunk after the other. */
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
        a.always(stage.timed(
                ScriptedAnswer.chunks(chunks.toArray(StreamChunk[]::new)).between(Duration.ofSeconds(1))));
        OneByOne reader = new OneByOne();
        stage.builder(a).build().stream(VirtualStage.REQUEST).subscribe(reader);
        stage.advance(Duration.ofSeconds(40));
        assertThat(reader.error.get()).isInstanceOf(ChatException.class);
        assertThat(failure(reader).phase()).isEqualTo(spoken ? Phase.IDLE : Phase.FIRST_CONTENT);
    }

    @Test
    void aSlowReaderIsNotBlamedWhileItsDemandIsTold() {
        List<Runnable> looks = new ArrayList<>();
        boolean[] inRequest = {false};
        Scheduler clock = new Scheduler() {
            @Override
            public long now(TimeUnit unit) {
                if (inRequest[0]) {
                    inRequest[0] = false;
                    List.copyOf(looks).forEach(Runnable::run); // the timer fires while the request is under way
                }
                return stage.clock.now(unit);
            }

            @Override
            public Disposable schedule(Runnable task) {
                return stage.clock.schedule(task);
            }

            @Override
            public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
                looks.clear();
                looks.add(task);
                return stage.clock.schedule(task, delay, unit);
            }

            @Override
            public Worker createWorker() {
                return stage.clock.createWorker();
            }
        };
        a.always(stage.timed(ScriptedAnswer.tokens("one", "two", "three").between(Duration.ofSeconds(1))));
        OneByOne reader = new OneByOne();
        reader.reading = false;
        stage.builder(a).scheduler(clock).build().stream(VirtualStage.REQUEST).subscribe(reader);
        stage.advance(Duration.ofSeconds(2));
        assertThat(reader.chunks).hasSize(1);
        stage.advance(Duration.ofSeconds(60));
        inRequest[0] = true;
        reader.request(1);
        assertThat(reader.error.get()).isNull();
        stage.advance(Duration.ofSeconds(2));
        assertThat(reader.chunks).hasSize(2);
    }

    @Test
    void fiveSlowReadersDoNotOpenTheCircuit() {
        a.always(stage.timed(ScriptedAnswer.tokens("one", "two", "three").between(Duration.ofSeconds(1))));
        Understudy understudy = stage.builder(a).build();
        List<OneByOne> readers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            OneByOne reader = new OneByOne();
            reader.reading = false;
            understudy.stream(VirtualStage.REQUEST).subscribe(reader);
            readers.add(reader);
        }
        for (int i = 0; i < 4; i++) {
            stage.advance(Duration.ofMinutes(4));
            readers.forEach(reader -> reader.request(1));
            stage.advance(Duration.ofSeconds(2));
        }
        for (OneByOne reader : readers) {
            assertThat(reader.error.get()).isNull();
            assertThat(reader.complete).isTrue();
            assertThat(reader.chunks).hasSize(4);
        }
        assertThat(stage.events(Event.CircuitStateChanged.class)).isEmpty();
    }

    @Test
    void aReaderThatStopsEndsItsCallAndNobodyElsesProvider() {
        a.always(stage.timed(ScriptedAnswer.tokens("one", "two", "three").between(Duration.ofSeconds(1))));
        Understudy understudy = stage.builder(a).build();
        List<OneByOne> readers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            OneByOne reader = new OneByOne();
            reader.reading = false;
            understudy.stream(VirtualStage.REQUEST).subscribe(reader);
            readers.add(reader);
        }
        stage.advance(Duration.ofMinutes(6));
        for (OneByOne reader : readers) {
            assertThat(failure(reader).phase()).isEqualTo(Phase.CONSUMER);
        }
        assertThat(a.live()).isZero();
        assertThat(stage.events(Event.CircuitStateChanged.class)).isEmpty();
        assertThat(VirtualStage.standing(understudy, "a").consecutiveFailures()).isZero();
    }

    @Test
    void aProviderThatTakesTooLongInAllIsStillEnded() {
        StreamChunk[] chunks = new StreamChunk[1_000];
        java.util.Arrays.fill(chunks, new StreamChunk.Text("word"));
        a.always(stage.timed(ScriptedAnswer.chunks(chunks).between(Duration.ofSeconds(1))));
        OneByOne reader = new OneByOne();
        stage.builder(a).build().stream(VirtualStage.REQUEST).subscribe(reader);
        stage.advance(Duration.ofMinutes(5).plusSeconds(1));
        assertThat(failure(reader).phase()).isEqualTo(Phase.TOTAL);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void limitsOfForEverAreNoError(boolean streamed) {
        Duration ever = Duration.ofSeconds(Long.MAX_VALUE);
        a.always(stage.timed(ScriptedAnswer.text("well and good").beforeFirst(Duration.ofHours(2))));
        Understudy understudy = stage.builder(a)
                .timeouts(new TimeoutPolicy(ever, ever, ever, ever))
                .callTimeout(ever)
                .retry(RetryPolicy.defaults())
                .build();
        Heard heard = streamed ? stage.stream(understudy) : stage.chat(understudy);
        stage.advance(Duration.ofHours(2));
        assertThat(heard.error).isNull();
        assertThat(heard.served()).isTrue();
    }

    @Test
    void aRefusalBeforeTheFirstContentIsHeldBackAndShown() {
        a.always(ScriptedAnswer.chunks(
                new StreamChunk.Refusal("I would "),
                new StreamChunk.Refusal("rather not."),
                new StreamChunk.Text("But "),
                new StreamChunk.Text("well.")));
        OneByOne reader = new OneByOne();
        stage.builder(a).build().stream(VirtualStage.REQUEST).subscribe(reader);
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
    void heldBackChunksFollowTheDemandOfTheReader() {
        a.always(ScriptedAnswer.chunks(
                new StreamChunk.Refusal("I would "), new StreamChunk.Text("But "), new StreamChunk.Text("well.")));
        OneByOne reader = new OneByOne();
        reader.reading = false;
        stage.builder(a).build().stream(VirtualStage.REQUEST).subscribe(reader);
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
    void theMessageOfASilenceIsASentence() {
        assertThat(Failure.timeout(Phase.IDLE, Duration.ofSeconds(20)).message())
                .isEqualTo("no further content within 20000 ms");
        assertThat(Failure.timeout(Phase.CONNECT, Duration.ofSeconds(5)).message())
                .isEqualTo("no connection within 5000 ms");
    }

    @Test
    void aRefusalAloneStaysAFilteredAnswer() {
        a.always(ScriptedAnswer.chunks(new StreamChunk.Refusal("No."))
                .withFinish(dev.understudy.chat.FinishReason.STOP));
        Heard heard = stage.stream(stage.builder(a).build());
        assertThat(heard.error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(heard.trail().attempts().get(0).failure().kind()).isEqualTo(FailureKind.CONTENT_FILTERED);
    }

    private static Failure failure(OneByOne reader) {
        Throwable error = reader.error.get();
        if (error instanceof ChatException.PartialAnswer cut) {
            return cut.failure();
        }
        return java.util.Objects.requireNonNull(
                ((ChatException.Exhausted) error).trail().cause());
    }
}

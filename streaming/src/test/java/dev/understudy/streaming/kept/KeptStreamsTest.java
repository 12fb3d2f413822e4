package dev.understudy.streaming.kept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.PositionedChunk;
import dev.understudy.streaming.kept.KeptStreamException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class KeptStreamsTest {

    private static final ChatRequest REQUEST =
            ChatRequest.of("m", "Write an essay").withTemperature(0);
    private static final Duration PACE = Duration.ofMillis(100);
    private static final KeptStreams.Options OPTIONS =
            KeptStreams.Options.defaults().withLease(Duration.ofSeconds(3)).withGrace(Duration.ofSeconds(10));
    private static final KeptStreamStore.Limits LIMITS =
            KeptStreamStore.Limits.defaults().withRetention(Duration.ofMinutes(2));

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final AtomicInteger ids = new AtomicInteger();
    private final List<Reading> readings = new ArrayList<>();

    @AfterEach
    void dispose() {
        readings.forEach(BaseSubscriber::dispose);
        time.dispose();
    }

    private static List<String> words(int count) {
        return IntStream.range(0, count).mapToObj(i -> "word" + i + " ").toList();
    }

    private Essay essay(int words) {
        return new Essay(words(words), PACE, true, time);
    }

    private Instance instance(KeptStreamStore store, Essay essay) {
        return instance(store, essay, OPTIONS);
    }

    private Instance instance(KeptStreamStore store, Essay essay, KeptStreams.Options options) {
        return new Instance(store, essay, options, () -> "id" + ids.incrementAndGet(), time);
    }

    private InMemoryKeptStreamStore store() {
        return new InMemoryKeptStreamStore(LIMITS, time);
    }

    private KeptStreams.Kept start(Instance instance) {
        AtomicReference<KeptStreams.Kept> kept = new AtomicReference<>();
        instance.streams().start(REQUEST).subscribe(kept::set);
        return kept.get();
    }

    private Reading read(Flux<PositionedChunk> chunks) {
        return read(chunks, Long.MAX_VALUE);
    }

    private Reading read(Flux<PositionedChunk> chunks, long demand) {
        Reading reading = new Reading(demand);
        readings.add(reading);
        chunks.subscribe(reading);
        return reading;
    }

    private void pass(Duration duration) {
        time.advanceTimeBy(duration);
    }

    @Test
    void readerReceivesAllChunksWithPositions() {
        Essay essay = essay(5);
        Reading reading = read(start(instance(store(), essay)).chunks());
        pass(Duration.ofSeconds(1));

        assertThat(reading.text()).isEqualTo(essay.text());
        assertThat(reading.isComplete()).isTrue();
        assertThat(reading.chunks)
                .extracting(PositionedChunk::position)
                .isSorted()
                .startsWith(1L);
        assertThat(reading.chunks.get(0).eventId()).isEqualTo("id1.1");
    }

    @Test
    void readerContinuesAfterItsLastEventDuringGeneration() {
        Essay essay = essay(20);
        Instance instance = instance(store(), essay);
        Reading first = read(start(instance).chunks());
        pass(Duration.ofSeconds(1));
        first.dispose();
        pass(Duration.ofMillis(500));
        Reading second = read(instance.streams().resume(first.last().eventId()));
        pass(Duration.ofSeconds(2));

        assertThat(first.text()).isNotEmpty();
        assertThat(first.text() + second.text()).isEqualTo(essay.text());
        assertThat(second.isComplete()).isTrue();
        assertThat(essay.calls()).isEqualTo(1);
    }

    @Test
    void readerContinuesOnAnotherInstanceAfterTheEnd() {
        Essay essay = essay(20);
        KeptStreamStore store = store();
        Reading first = read(start(instance(store, essay)).chunks());
        pass(Duration.ofSeconds(1));
        first.dispose();
        pass(Duration.ofSeconds(5));
        Reading second =
                read(instance(store, essay).streams().resume(first.last().eventId()));
        pass(Duration.ZERO);

        assertThat(first.text() + second.text()).isEqualTo(essay.text());
        assertThat(second.isComplete()).isTrue();
        assertThat(essay.calls()).isEqualTo(1);
    }

    @Test
    void readerOfTheLastEventGetsCompletionOnly() {
        Instance instance = instance(store(), essay(3));
        Reading first = read(start(instance).chunks());
        pass(Duration.ofSeconds(1));
        Reading second = read(instance.streams().resume(first.last().eventId()));
        pass(Duration.ZERO);

        assertThat(first.last().chunk()).isInstanceOf(StreamChunk.Finish.class);
        assertThat(second.chunks).isEmpty();
        assertThat(second.isComplete()).isTrue();
    }

    @Test
    void severalReadersReceiveOneGeneration() {
        Essay essay = essay(10);
        KeptStreamStore store = store();
        Instance other = instance(store, essay);
        KeptStreams.Kept kept = start(instance(store, essay));
        List<Reading> all = List.of(
                read(kept.chunks()), read(kept.chunks()), read(other.streams().resume(kept.id() + ".0")));
        pass(Duration.ofSeconds(2));

        assertThat(all).allSatisfy(reading -> assertThat(reading.text()).isEqualTo(essay.text()));
        assertThat(essay.calls()).isEqualTo(1);
    }

    @Test
    void slowReaderDoesNotDelayGeneration() {
        Essay essay = essay(1000);
        Instance instance = instance(store(), essay);
        KeptStreams.Kept kept = start(instance);
        Reading slow = read(kept.chunks(), 1);
        Reading fast = read(kept.chunks());
        pass(PACE.multipliedBy(1001));

        assertThat(fast.isComplete()).isTrue();
        assertThat(slow.chunks).hasSize(1);
        slow.request(Long.MAX_VALUE);
        pass(Duration.ZERO);
        assertThat(slow.text()).isEqualTo(essay.text());
    }

    @Test
    void readerBehindDroppedEntriesFails() {
        Essay essay = essay(100);
        KeptStreamStore store =
                new InMemoryKeptStreamStore(new KeptStreamStore.Limits(20, 1_000_000, 10, Duration.ofMinutes(2)), time);
        Instance instance = instance(store, essay);
        KeptStreams.Kept kept = start(instance);
        Reading current = read(kept.chunks());
        pass(PACE.multipliedBy(50));
        StepVerifier.create(instance.streams().resume(kept.id() + ".3"))
                .verifyErrorSatisfies(error -> assertThat(reason(error)).isEqualTo(Reason.POSITION_LOST));
        pass(PACE.multipliedBy(60));

        assertThat(current.text()).isEqualTo(essay.text());
    }

    @Test
    void absentReaderCancelsGenerationAfterTheGracePeriod() {
        Essay essay = essay(1000);
        Instance instance = instance(store(), essay);
        Reading reading = read(start(instance).chunks());
        pass(Duration.ofSeconds(5));
        reading.dispose();
        pass(Duration.ofSeconds(9));
        assertThat(essay.live()).isEqualTo(1);
        pass(Duration.ofSeconds(4));
        assertThat(essay.live()).isZero();

        Reading late = read(instance.streams().resume(reading.last().eventId()));
        pass(Duration.ZERO);
        assertThat(reason(late.error)).isEqualTo(Reason.CANCELLED);
    }

    @Test
    void generationWithoutAnyReaderIsCancelled() {
        Essay essay = essay(1000);
        start(instance(store(), essay));
        pass(Duration.ofSeconds(12));

        assertThat(essay.live()).isZero();
    }

    @Test
    void streamExpiresAfterItsRetention() {
        InMemoryKeptStreamStore store = store();
        Instance instance = instance(store, essay(5));
        Reading reading = read(start(instance).chunks());
        pass(Duration.ofSeconds(1));
        assertThat(store.size()).isEqualTo(1);
        pass(LIMITS.retention());
        assertThat(store.size()).isZero();

        Reading late = read(instance.streams().resume(reading.last().eventId()));
        pass(Duration.ZERO);
        assertThat(reason(late.error)).isEqualTo(Reason.UNKNOWN);
    }

    @Test
    void idThatNoStreamHasFails() {
        KeptStreams streams = instance(store(), essay(1)).streams();
        for (String id : List.of("x.1", "", "x", "x.", ".3", "x.-1", "x.9x", "x.99999999999999999999")) {
            StepVerifier.create(streams.resume(id))
                    .verifyErrorSatisfies(error -> assertThat(reason(error)).isEqualTo(Reason.UNKNOWN));
        }
    }

    @Test
    void positionBehindTheEndFails() {
        Instance instance = instance(store(), essay(50));
        KeptStreams.Kept kept = start(instance);
        pass(Duration.ofSeconds(1));

        StepVerifier.create(instance.streams().resume(kept.id() + ".4000"))
                .verifyErrorSatisfies(error -> assertThat(reason(error)).isEqualTo(Reason.POSITION_LOST));
    }

    @Test
    void instanceOfTheReaderTakesOver() {
        Essay essay = essay(50);
        KeptStreamStore store = store();
        Instance first = instance(store, essay);
        Instance second = instance(store, essay);
        KeptStreams.Kept kept = start(first);
        Reading reading = read(second.streams().resume(kept.id() + ".0"));
        pass(Duration.ofSeconds(2));
        first.die();
        pass(Duration.ofSeconds(10));

        assertThat(reading.text()).isEqualTo(essay.text());
        assertThat(reading.isComplete()).isTrue();
        assertThat(essay.calls()).isEqualTo(2);
        assertThat(reading.chunks.stream().filter(one -> one.chunk() instanceof StreamChunk.Switched))
                .hasSize(1);
    }

    @Test
    void readerThatReturnsMuchLaterTakesOver() {
        Essay essay = essay(50);
        KeptStreamStore store = store();
        Instance first = instance(store, essay);
        Reading before = read(start(first).chunks());
        pass(Duration.ofSeconds(2));
        before.dispose();
        first.die();
        pass(Duration.ofMinutes(1));
        assertThat(essay.calls()).isEqualTo(1);
        Reading after =
                read(instance(store, essay).streams().resume(before.last().eventId()));
        pass(Duration.ofSeconds(5));

        assertThat(before.text() + after.text()).isEqualTo(essay.text());
    }

    @Test
    void instanceThatClosesHandsOverAtOnce() {
        Essay essay = essay(50);
        KeptStreamStore store = store();
        Instance first = instance(store, essay);
        KeptStreams.Kept kept = start(first);
        Reading reading = read(instance(store, essay).streams().resume(kept.id() + ".0"));
        pass(Duration.ofSeconds(2));
        first.streams().close();
        assertThat(essay.live()).isZero();
        pass(Duration.ofMillis(1001));
        assertThat(essay.live()).isEqualTo(1);
        pass(Duration.ofSeconds(5));

        assertThat(reading.text()).isEqualTo(essay.text());
    }

    @Test
    void closedInstanceNeitherReadsNorTakesOver() {
        Essay essay = essay(50);
        KeptStreamStore store = store();
        Instance first = instance(store, essay);
        KeptStreams.Kept kept = start(first);
        Reading reading = read(kept.chunks());
        pass(Duration.ofSeconds(2));
        first.streams().close();
        Reading late = read(first.streams().resume(kept.id() + ".1"));
        pass(Duration.ofSeconds(5));

        assertThat(reason(reading.error)).isEqualTo(Reason.UNAVAILABLE);
        assertThat(reason(late.error)).isEqualTo(Reason.UNAVAILABLE);
        assertThat(essay.calls()).isEqualTo(1);
        Reading elsewhere =
                read(instance(store, essay).streams().resume(reading.last().eventId()));
        pass(Duration.ofSeconds(5));
        assertThat(reading.text() + elsewhere.text()).isEqualTo(essay.text());
    }

    @Test
    void answerOfAClosedInstanceIsNotKept() {
        Essay essay = essay(5);
        InMemoryKeptStreamStore store = store();
        Instance closed = instance(store, essay);
        closed.streams().close();
        Reading reading = read(closed.streams().stream(REQUEST, null));
        Instance strict = instance(store, essay, OPTIONS.withRequired(true));
        strict.streams().close();
        StepVerifier.create(strict.streams().start(REQUEST))
                .verifyErrorSatisfies(error -> assertThat(reason(error)).isEqualTo(Reason.UNAVAILABLE));
        pass(Duration.ofSeconds(1));

        assertThat(reading.text()).isEqualTo(essay.text());
        assertThat(reading.last().eventId()).isEmpty();
        assertThat(essay.calls()).isEqualTo(1);
        assertThat(store.size()).isZero();
    }

    @Test
    void instanceWithoutStoreEndsItsCallBeforeAnotherBegins() {
        Essay essay = essay(100);
        KeptStreamStore store = store();
        Instance first = instance(store, essay);
        KeptStreams.Kept kept = start(first);
        Reading reading = read(instance(store, essay).streams().resume(kept.id() + ".0"));
        pass(Duration.ofSeconds(2));
        first.failing(true);
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofMillis(50));
            assertThat(essay.live()).isLessThanOrEqualTo(1);
        }
        first.failing(false);
        pass(Duration.ofSeconds(15));

        assertThat(reading.text()).isEqualTo(essay.text());
        assertThat(essay.calls()).isEqualTo(2);
    }

    @Test
    void instanceOfASilentStoreEndsItsCallBeforeAnotherBegins() {
        Essay essay = essay(100);
        KeptStreamStore store = store();
        Instance first = instance(store, essay);
        KeptStreams.Kept kept = start(first);
        pass(Duration.ofMillis(2050));
        Reading reading = read(instance(store, essay).streams().resume(kept.id() + ".0"));
        first.silent(true);
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofMillis(50));
            assertThat(essay.live()).isLessThanOrEqualTo(1);
        }
        pass(Duration.ofSeconds(15));

        assertThat(reading.text()).isEqualTo(essay.text());
        assertThat(essay.calls()).isEqualTo(2);
    }

    @Test
    void leaseCountsFromTheRequestForIt() {
        Essay essay = essay(100);
        KeptStreamStore store = store();
        Instance first = instance(store, essay);
        first.delayingAnswers(Duration.ofMillis(900));
        first.streams().start(REQUEST).subscribe();
        pass(Duration.ofMillis(900));
        assertThat(essay.live()).isEqualTo(1);
        first.failing(true);
        pass(Duration.ofMillis(300));
        Reading reading = read(instance(store, essay).streams().resume("id1.0"));
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofMillis(50));
            assertThat(essay.live()).isLessThanOrEqualTo(1);
        }
        pass(Duration.ofSeconds(15));

        assertThat(reading.text()).isEqualTo(essay.text());
    }

    @Test
    void streamWhoseStoreLostEntriesEnds() {
        Essay essay = essay(100);
        KeptStreamStore store = store();
        Instance first = instance(store, essay);
        KeptStreams.Kept kept = start(first);
        Reading reading = read(kept.chunks());
        pass(Duration.ofSeconds(1));
        first.missingAppends(1);
        pass(Duration.ofSeconds(1));
        int received = reading.chunks.size();
        Reading late = read(instance(store, essay).streams().resume(kept.id() + ".0"));
        pass(Duration.ofSeconds(15));

        assertThat(reason(reading.error)).isEqualTo(Reason.POSITION_LOST);
        assertThat(reading.chunks).hasSize(received);
        assertThat(reason(late.error)).isEqualTo(Reason.POSITION_LOST);
        assertThat(late.text()).isEqualTo(reading.text());
        assertThat(essay.calls()).isEqualTo(1);
    }

    @Test
    void shortFailureOfTheStoreIsNoTakeover() {
        Essay essay = essay(50);
        Instance instance = instance(store(), essay);
        Reading reading = read(start(instance).chunks());
        pass(Duration.ofSeconds(2));
        instance.failing(true);
        pass(Duration.ofSeconds(1));
        instance.failing(false);
        pass(Duration.ofSeconds(10));

        assertThat(reading.text()).isEqualTo(essay.text());
        assertThat(essay.calls()).isEqualTo(1);
    }

    @Test
    void staleInstanceCannotAppend() {
        KeptStreamStore store = store();
        Duration lease = Duration.ofSeconds(1);
        StepVerifier.create(store.create("a", "{}", lease, lease))
                .expectNextCount(1)
                .verifyComplete();
        StepVerifier.create(store.acquire("a", lease, false)).verifyComplete();
        pass(Duration.ofSeconds(2));
        StepVerifier.create(store.acquire("a", lease, false))
                .assertNext(second -> assertThat(second.fence()).isEqualTo(2))
                .verifyComplete();
        StepVerifier.create(store.append("a", new KeptStreamStore.Append(1, 1, List.of("tx"), false)))
                .expectNext(false)
                .verifyComplete();
        StepVerifier.create(store.renew("a", 1, lease))
                .expectNext(KeptStreamStore.Renewal.LOST)
                .verifyComplete();
    }

    @Test
    void repeatedAppendHasNoFurtherEffect() {
        KeptStreamStore store = store();
        Duration lease = Duration.ofSeconds(1);
        store.create("a", "{}", lease, lease).subscribe();
        KeptStreamStore.Append append = new KeptStreamStore.Append(1, 1, List.of("ta", "tb"), false);
        store.append("a", append).subscribe();
        StepVerifier.create(store.append("a", append)).expectNext(true).verifyComplete();
        StepVerifier.create(store.append("a", new KeptStreamStore.Append(1, 4, List.of("td"), false)))
                .expectNext(false)
                .verifyComplete();
        StepVerifier.create(store.read("a", 0, 10, Duration.ZERO))
                .assertNext(page -> assertThat(page.entries()).containsExactly("ta", "tb"))
                .verifyComplete();
    }

    @Test
    void cancelledStreamEndsForAllReadersOnAnyInstance() {
        Essay essay = essay(100);
        KeptStreamStore store = store();
        KeptStreams.Kept kept = start(instance(store, essay));
        Reading reading = read(kept.chunks());
        pass(Duration.ofSeconds(1));
        instance(store, essay).streams().cancel(kept.id()).subscribe();
        pass(Duration.ofSeconds(1));

        assertThat(reason(reading.error)).isEqualTo(Reason.CANCELLED);
        assertThat(essay.live()).isZero();
    }

    @Test
    void failureOfTheAnswerReachesEachReader() {
        Essay essay = essay(20).cut(5).cut(0).cut(0).cut(0).cut(0);
        Instance instance = instance(store(), essay);
        KeptStreams.Kept kept = start(instance);
        Reading reading = read(kept.chunks());
        pass(Duration.ofSeconds(5));
        Reading late = read(instance.streams().resume(kept.id() + ".0"));
        pass(Duration.ZERO);

        assertThat(reading.error).isInstanceOf(ChatException.class);
        assertThat(late.error).isInstanceOf(ChatException.class);
        assertThat(late.text()).isEqualTo(reading.text()).isNotEmpty();
    }

    @Test
    void answerIsDeliveredWithoutAStore() {
        Essay essay = essay(5);
        Instance instance = instance(store(), essay);
        instance.failing(true);
        Reading reading = read(instance.streams().stream(REQUEST, null));
        pass(Duration.ofSeconds(1));

        assertThat(reading.text()).isEqualTo(essay.text());
        assertThat(reading.last().eventId()).isEmpty();
    }

    @Test
    void contextOfTheStarterReachesAnAnswerThatIsNotKept() {
        KeptStreamStore full =
                new InMemoryKeptStreamStore(new KeptStreamStore.Limits(100, 20, 10, Duration.ofMinutes(2)), time);
        KeptStreams streams = KeptStreams.of(
                (request, delivered) ->
                        Flux.deferContextual(context -> Flux.just(new StreamChunk.Text(context.get("user")))),
                full,
                OPTIONS);

        StepVerifier.create(streams.start(REQUEST)
                        .contextWrite(context -> context.put("user", "ann"))
                        .flatMapMany(KeptStreams.Kept::chunks)
                        .map(PositionedChunk::chunk))
                .expectNext(new StreamChunk.Text("ann"))
                .verifyComplete();
    }

    @Test
    void startFailsWithoutAStoreWhereItIsRequired() {
        Instance instance = instance(store(), essay(5), OPTIONS.withRequired(true));
        instance.failing(true);

        StepVerifier.create(instance.streams().start(REQUEST))
                .verifyErrorSatisfies(error -> assertThat(reason(error)).isEqualTo(Reason.UNAVAILABLE));
    }

    @Test
    void takeoversAreLimited() {
        Essay essay = essay(200);
        KeptStreamStore store = store();
        Instance dying = instance(store, essay);
        KeptStreams.Kept kept = start(dying);
        Instance reader = instance(store, essay, OPTIONS.withTakeovers(0));
        Reading reading = read(reader.streams().resume(kept.id() + ".0"));
        pass(Duration.ofSeconds(1));
        dying.die();
        pass(Duration.ofSeconds(10));

        assertThat(reading.error).isNotNull();
        assertThat(essay.calls()).isEqualTo(1);
    }

    @Test
    void handoversOfClosedInstancesAreNotLimited() {
        Essay essay = essay(100);
        KeptStreamStore store = store();
        KeptStreams.Options options = OPTIONS.withTakeovers(1);
        Instance closing = instance(store, essay, options);
        KeptStreams.Kept kept = start(closing);
        StringBuilder text = new StringBuilder();
        String last = kept.id() + ".0";
        for (int i = 0; i < 5; i++) {
            Instance next = instance(store, essay, options);
            Reading reading = read(closing.streams().resume(last));
            pass(Duration.ofMillis(1500));
            closing.streams().close();
            pass(Duration.ofMillis(100));
            text.append(reading.text());
            last = reading.last().eventId();
            closing = next;
        }
        Reading rest = read(closing.streams().resume(last));
        pass(Duration.ofSeconds(15));

        assertThat(text + rest.text()).isEqualTo(essay.text());
        assertThat(essay.calls()).isEqualTo(6);
    }

    @Test
    void readerWithoutDemandForLongReadsOn() {
        Essay essay = new Essay(words(500), Duration.ZERO, true, time);
        Reading reading = read(start(instance(store(), essay)).chunks(), 1);
        pass(Duration.ofSeconds(90));
        assertThat(reading.error).isNull();
        reading.request(Long.MAX_VALUE);
        pass(Duration.ofSeconds(1));

        assertThat(reading.text()).isEqualTo(essay.text());
    }

    @Test
    void readerOfASilentStoreFailsInTime() {
        Essay essay = essay(50);
        Instance instance = instance(store(), essay);
        Reading reading = read(start(instance).chunks());
        pass(Duration.ofSeconds(2));
        instance.silent(true);
        pass(Duration.ofSeconds(28)); // the read before has ended after 10 s; 10 s and three leases more are not over
        assertThat(reading.error).isNull();
        pass(Duration.ofSeconds(2));

        assertThat(reason(reading.error)).isEqualTo(Reason.UNAVAILABLE);
    }

    @Test
    void failedReadOfATakeoverIsRepeatedUnderItsLease() {
        Essay essay = essay(100);
        KeptStreamStore store = store();
        Instance dying = instance(store, essay);
        KeptStreams.Kept kept = start(dying);
        Instance second = instance(store, essay, OPTIONS.withTakeovers(1));
        second.failingTakeovers(1);
        Reading reading = read(second.streams().resume(kept.id() + ".0"));
        pass(Duration.ofSeconds(1));
        dying.die();
        pass(Duration.ofMillis(4500));
        assertThat(essay.live()).isEqualTo(1);
        pass(Duration.ofSeconds(15));

        assertThat(reading.text()).isEqualTo(essay.text());
        assertThat(essay.calls()).isEqualTo(2);
    }

    @Test
    void takeoverGoesOnWithoutTheReaderThatNoticed() {
        Essay essay = essay(100);
        KeptStreamStore store = store();
        Instance dying = instance(store, essay);
        KeptStreams.Kept kept = start(dying);
        Instance second = instance(store, essay, OPTIONS.withTakeovers(1));
        Reading leaving = read(second.streams().resume(kept.id() + ".0"));
        pass(Duration.ofSeconds(1));
        dying.die();
        second.delayingAnswers(Duration.ofMillis(200));
        pass(Duration.ofMillis(3300)); // the lease is acquired, and the answer is on its way
        leaving.dispose();
        second.delayingAnswers(null);
        pass(Duration.ofMillis(500));
        assertThat(essay.calls()).isEqualTo(2);
        Reading reading = read(second.streams().resume(leaving.last().eventId()));
        pass(Duration.ofSeconds(15));

        assertThat(leaving.text() + reading.text()).isEqualTo(essay.text());
        assertThat(essay.calls()).isEqualTo(2);
    }

    @Test
    void streamWithoutItsBeginningIsNotTakenOver() {
        Essay essay = essay(50);
        KeptStreamStore store =
                new InMemoryKeptStreamStore(new KeptStreamStore.Limits(10, 1_000_000, 10, Duration.ofMinutes(2)), time);
        Instance first = instance(store, essay);
        KeptStreams.Kept kept = start(first);
        Reading reading = read(instance(store, essay).streams().resume(kept.id() + ".0"));
        pass(Duration.ofSeconds(2));
        first.die();
        pass(Duration.ofSeconds(10));

        assertThat(reading.isComplete()).isFalse();
        assertThat(reason(reading.error)).isEqualTo(Reason.POSITION_LOST);
        assertThat(essay.text()).startsWith(reading.text());
        assertThat(essay.calls()).isEqualTo(1);
    }

    @Test
    void answerToALargerRequestThanTheStoreHoldsIsNotKept() {
        Essay essay = essay(5);
        InMemoryKeptStreamStore store =
                new InMemoryKeptStreamStore(new KeptStreamStore.Limits(100, 20, 10, Duration.ofMinutes(2)), time);
        Reading reading = read(start(instance(store, essay)).chunks());
        pass(Duration.ofSeconds(1));

        assertThat(reading.text()).isEqualTo(essay.text());
        assertThat(reading.isComplete()).isTrue();
        assertThat(reading.last().eventId()).isEmpty();
        assertThat(store.size()).isZero();
        StepVerifier.create(instance(store, essay, OPTIONS.withRequired(true))
                        .streams()
                        .start(REQUEST))
                .verifyErrorSatisfies(error -> assertThat(reason(error)).isEqualTo(Reason.FULL));
    }

    @Test
    void fullStoreRefusesANewStream() {
        KeptStreamStore store =
                new InMemoryKeptStreamStore(new KeptStreamStore.Limits(100, 10_000, 2, Duration.ofMinutes(2)), time);
        Instance instance = instance(store, essay(3), OPTIONS.withRequired(true));
        start(instance);
        start(instance);
        StepVerifier.create(instance.streams().start(REQUEST))
                .verifyErrorSatisfies(error -> assertThat(reason(error)).isEqualTo(Reason.FULL));
        pass(Duration.ofSeconds(1));
        StepVerifier.create(instance.streams().start(REQUEST))
                .expectNextCount(1)
                .verifyComplete();
    }

    private static Reason reason(Throwable error) {
        assertThat(error).isInstanceOf(KeptStreamException.class);
        return ((KeptStreamException) error).reason();
    }
}

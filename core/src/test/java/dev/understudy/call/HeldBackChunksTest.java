package dev.understudy.call;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ManualProvider;
import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.event.Event;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Operators;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** Chunks that precede the first content of a stream, such as a refusal: held back until it, emitted within the demand. */
class HeldBackChunksTest {

    private static final StreamChunk FIRST = new StreamChunk.Refusal("I ");
    private static final StreamChunk SECOND = new StreamChunk.Refusal("would rather not.");
    private static final StreamChunk TEXT = new StreamChunk.Text("but");
    private static final StreamChunk MORE = new StreamChunk.Text(" here it is");
    private static final StreamChunk FINISH =
            new StreamChunk.Finish(FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("a", "m"));

    private final VirtualScenario scenario = new VirtualScenario();
    private final TestPublisher<Object> source =
            TestPublisher.createNoncompliant(TestPublisher.Violation.REQUEST_OVERFLOW);
    private final Understudy understudy =
            scenario.builder(new ManualProvider(source)).build();
    private final List<StreamChunk> received = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();

    @Test
    void nothingIsEmittedBeforeTheFirstContent() {
        begin(10, Integer.MAX_VALUE);
        source.next(FIRST);
        source.next(SECOND);
        assertThat(received).isEmpty();
        source.next(TEXT);
        assertThat(received).containsExactly(FIRST, SECOND, TEXT);
    }

    @Test
    void eachHeldBackChunkIsReplacedInTheDemand() {
        Raw raw = begin(1, Integer.MAX_VALUE);
        source.assertMinRequested(1);
        source.next(FIRST);
        source.next(SECOND);
        source.next(TEXT);
        source.next(FINISH);
        source.complete();
        assertThat(received).containsExactly(FIRST);
        raw.request(1);
        assertThat(received).containsExactly(FIRST, SECOND);
        assertThat(ends).isEmpty();
        raw.request(1);
        assertThat(received).containsExactly(FIRST, SECOND, TEXT);
        assertThat(ends).isEmpty();
        raw.request(1);
        assertThat(received).hasSize(4);
        assertThat(ends).containsExactly("complete");
    }

    @Test
    void laterChunksKeepTheirOrder() {
        Raw raw = begin(2, Integer.MAX_VALUE);
        source.next(FIRST);
        source.next(TEXT);
        source.next(MORE);
        assertThat(received).containsExactly(FIRST, TEXT);
        raw.request(5);
        source.next(TEXT);
        assertThat(received).containsExactly(FIRST, TEXT, MORE, TEXT);
    }

    @Test
    void errorFollowsTheChunksThatWereReceived() {
        Raw raw = begin(1, Integer.MAX_VALUE);
        source.next(FIRST);
        source.next(TEXT);
        source.error(new ChatException.CallFailed(Failure.of(FailureKind.SERVER, "broken")));
        assertThat(received).containsExactly(FIRST);
        assertThat(ends).isEmpty();
        assertThat(scenario.events(Event.CallFailed.class))
                .as("the result is known")
                .hasSize(1);
        raw.request(1);
        assertThat(received).containsExactly(FIRST, TEXT);
        assertThat(ends).containsExactly("PartialAnswer");
    }

    @Test
    void nothingIsEmittedAfterCancellation() {
        Raw raw = begin(1, Integer.MAX_VALUE);
        source.next(FIRST);
        source.next(TEXT);
        raw.cancel();
        raw.request(10);
        assertThat(received).containsExactly(FIRST);
        assertThat(ends).isEmpty();
        source.assertCancelled();
    }

    @Test
    void cancellationWithinAChunkStopsTheOthers() {
        begin(10, 1);
        source.next(FIRST);
        source.next(SECOND);
        source.next(TEXT);
        assertThat(received).containsExactly(FIRST);
        assertThat(ends).isEmpty();
        source.assertCancelled();
    }

    @Test
    void cancellationWithinTheLastChunkIsNoCompletion() {
        Raw raw = begin(1, 3);
        source.next(FIRST);
        source.next(TEXT);
        source.next(FINISH);
        source.complete();
        raw.request(10);
        assertThat(received).hasSize(3);
        assertThat(ends).isEmpty();
    }

    @Test
    void demandWithinAChunkIsServedInOrder() {
        List<StreamChunk> taken = new ArrayList<>();
        understudy.stream(REQUEST).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(1);
            }

            @Override
            protected void hookOnNext(StreamChunk chunk) {
                request(1);
                taken.add(chunk);
            }

            @Override
            protected void hookOnComplete() {
                ends.add("complete");
            }
        });
        source.next(FIRST);
        source.next(SECOND);
        source.next(TEXT);
        source.next(FINISH);
        source.complete();
        assertThat(taken).startsWith(FIRST, SECOND, TEXT).hasSize(4);
        assertThat(ends).containsExactly("complete");
    }

    @Test
    void emptyChunksBeforeTheContentAreDropped() {
        StreamChunk switched = new StreamChunk.Switched("a", "b", FailureKind.SERVER, 0);
        begin(10, Integer.MAX_VALUE);
        source.next(new StreamChunk.Text(""));
        source.next(new StreamChunk.Reasoning("", null));
        source.next(new StreamChunk.Reset(0, FailureKind.EMPTY));
        source.next(switched);
        source.next(TEXT);
        assertThat(received).containsExactly(switched, TEXT);
    }

    @Test
    void finishWithoutContentReleasesThem() {
        StreamChunk switched = new StreamChunk.Switched("a", "b", FailureKind.SERVER, 0);
        begin(10, Integer.MAX_VALUE);
        source.next(switched);
        source.next(new StreamChunk.Finish(
                FinishReason.LENGTH, Usage.none(), VendorMetadata.none(), ServedBy.by("a", "m")));
        assertThat(received).startsWith(switched).hasSize(2);
    }

    @Test
    void refusalWithoutContentIsNotEmitted() {
        StepVerifier.create(understudy.stream(REQUEST))
                .then(() -> source.next(FIRST, FINISH))
                .verifyErrorSatisfies(error ->
                        assertThat(((ChatException) error).failure().kind()).isEqualTo(FailureKind.CONTENT_FILTERED));
        source.assertCancelled();
    }

    /** Subscribes with a demand, and cancels within the chunk of a number. */
    private Raw begin(long demand, int cancels) {
        Raw raw = new Raw(cancels);
        understudy.stream(REQUEST).subscribe(raw);
        raw.request(demand);
        return raw;
    }

    /** A subscriber that records also what it receives after it cancelled. */
    private final class Raw implements CoreSubscriber<StreamChunk> {

        private final int cancels;
        private Subscription upstream = Operators.emptySubscription();

        Raw(int cancels) {
            this.cancels = cancels;
        }

        void request(long n) {
            upstream.request(n);
        }

        void cancel() {
            upstream.cancel();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
        }

        @Override
        public void onNext(StreamChunk chunk) {
            received.add(chunk);
            if (received.size() == cancels) {
                cancel();
            }
        }

        @Override
        public void onError(Throwable error) {
            ends.add(error.getClass().getSimpleName());
        }

        @Override
        public void onComplete() {
            ends.add("complete");
        }
    }
}

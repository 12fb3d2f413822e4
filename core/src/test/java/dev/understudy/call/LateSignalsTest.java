package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.guard.InFlight;
import dev.understudy.pool.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.test.publisher.TestPublisher;
import reactor.util.context.Context;

/**
 * Operators of a call over a source that goes on signalling after its end: the subscriber receives one end, late items go to
 * {@code doOnDiscard} and late errors to the hook for dropped errors.
 */
class LateSignalsTest {

    private static final Object TEXT = new StreamChunk.Text("one");
    private static final Object REFUSAL = new StreamChunk.Refusal("no");
    private static final Object FINISH =
            new StreamChunk.Finish(FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("a", "m"));
    private static final Object RESPONSE = ChatResponse.of("a", "m", "one");
    private static final IllegalStateException LATE = new IllegalStateException("late");

    enum Operator {
        COMMIT,
        SINGLE_ANSWER,
        ATTEMPT_BOUNDARY,
        CALL_BOUNDARY
    }

    private final List<Event> events = new ArrayList<>();
    private final Listener listener = events::add;
    private final Route route = CallFixtures.route("a");
    private final Call call = CallFixtures.call(CallFixtures.plan(route), listener);
    private final Attempt attempt = new Attempt(call, Cursor.start(call.plan()), null);
    private final TestPublisher<Object> source = TestPublisher.createNoncompliant(
            TestPublisher.Violation.CLEANUP_ON_TERMINATE, TestPublisher.Violation.DEFER_CANCELLATION);
    private final List<Object> items = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();
    private final List<Object> discarded = new ArrayList<>();
    private final List<Throwable> dropped = new ArrayList<>();
    private int cancelsAt = -1;

    @ParameterizedTest
    @EnumSource(Operator.class)
    void signalsAfterAnErrorAreDropped(Operator operator) {
        subscribe(operator);
        source.error(new IllegalStateException("first"));
        source.error(LATE);
        source.complete();
        assertThat(ends).containsExactly("error");
        assertThat(dropped).containsExactly(LATE);
    }

    @ParameterizedTest
    @EnumSource(Operator.class)
    void signalsAfterCompletionAreDropped(Operator operator) {
        subscribe(operator);
        whole(operator).forEach(source::next);
        source.complete();
        source.complete();
        source.error(LATE);
        assertThat(ends).containsExactly("complete");
        assertThat(dropped).containsExactly(LATE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Operator.class,
            names = {"COMMIT", "SINGLE_ANSWER", "CALL_BOUNDARY"})
    void itemsAfterTheEndAreDiscarded(Operator operator) {
        subscribe(operator);
        whole(operator).forEach(source::next);
        source.complete();
        int before = items.size();
        Object late = operator == Operator.SINGLE_ANSWER ? RESPONSE : TEXT;
        source.next(late);
        assertThat(items).hasSize(before);
        assertThat(discarded).containsExactly(late);
    }

    @ParameterizedTest
    @EnumSource(Operator.class)
    void completionWithoutItemsIsAFailureOfTheAttempt(Operator operator) {
        subscribe(operator);
        source.complete();
        boolean checks = operator == Operator.COMMIT || operator == Operator.SINGLE_ANSWER;
        assertThat(ends).containsExactly(checks ? "error" : "complete");
    }

    @Nested
    class OfAnAnswer {

        @Test
        void secondResponseIsDiscarded() {
            subscribe(Operator.SINGLE_ANSWER);
            source.next(RESPONSE, RESPONSE);
            assertThat(items).hasSize(1);
            assertThat(discarded).containsExactly(RESPONSE);
            assertThat(ends).containsExactly("complete");
        }

        @Test
        void chunkAfterTheFinishIsDiscarded() {
            subscribe(Operator.COMMIT);
            source.next(TEXT, FINISH, TEXT);
            assertThat(items).hasSize(2);
            assertThat(discarded).containsExactly(TEXT);
            assertThat(ends).isEmpty();
        }

        @Test
        void emptyAnswerCancelsTheSource() {
            subscribe(Operator.COMMIT);
            source.next(FINISH);
            source.assertCancelled();
            assertThat(items).isEmpty();
            assertThat(ends).containsExactly("error");
        }

        @Test
        void emptyResponseCancelsTheSource() {
            subscribe(Operator.SINGLE_ANSWER);
            source.next(ChatResponse.of("a", "m", ""));
            source.assertCancelled();
            assertThat(items).isEmpty();
            assertThat(ends).containsExactly("error");
        }

        @Test
        void cancellationWithinAChunkStopsThoseHeldBack() {
            cancelsAt = 1;
            subscribe(Operator.COMMIT);
            source.next(REFUSAL, REFUSAL, TEXT);
            assertThat(items).containsExactly(REFUSAL);
            source.assertCancelled();
        }

        @Test
        void errorAfterTheFinishIsCompletion() {
            subscribe(Operator.COMMIT);
            source.next(TEXT, FINISH);
            source.error(LATE);
            assertThat(ends).containsExactly("complete");
            assertThat(events).hasAtLeastOneElementOfType(Event.CallSucceeded.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Operator.class)
    void secondSubscriptionIsCancelled(Operator operator) {
        List<Integer> cancelled = new ArrayList<>();
        apply(operator, new Flux<>() {
                    @Override
                    public void subscribe(CoreSubscriber<? super Object> actual) {
                        actual.onSubscribe(numbered(1, cancelled));
                        actual.onSubscribe(numbered(2, cancelled));
                    }
                })
                .subscribe(new Recording());
        assertThat(cancelled).containsExactly(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void listenerOfTheCallHearsOneEnd(boolean fails) {
        subscribe(Operator.CALL_BOUNDARY);
        if (fails) {
            source.error(new IllegalStateException("first"));
        } else {
            source.complete();
        }
        source.error(LATE);
        assertThat(events).hasSize(fails ? 1 : 0);
    }

    private static List<Object> whole(Operator operator) {
        return operator == Operator.SINGLE_ANSWER ? List.of(RESPONSE) : List.of(TEXT, FINISH);
    }

    private static Subscription numbered(int number, List<Integer> cancelled) {
        return new Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {
                cancelled.add(number);
            }
        };
    }

    private void subscribe(Operator operator) {
        apply(operator, source.flux())
                .doOnDiscard(Object.class, discarded::add)
                .contextWrite(Context.of("reactor.onErrorDropped.local", (Consumer<Throwable>) dropped::add))
                .subscribe(new Recording());
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // the four operators have different types of items
    private Flux<Object> apply(Operator operator, Flux<?> source) {
        Flux<?> applied =
                switch (operator) {
                    case COMMIT -> new Commit((Flux<StreamChunk>) source, attempt);
                    case SINGLE_ANSWER -> new SingleAnswer((Flux<ChatResponse>) source, attempt);
                    case ATTEMPT_BOUNDARY -> new AttemptBoundary<>(source, attempt, UnaryOperator.identity());
                    case CALL_BOUNDARY -> new CallBoundary<>(source, call, new InFlight(() -> {}));
                };
        return (Flux) applied;
    }

    private final class Recording implements CoreSubscriber<Object> {

        private Subscription upstream = Operators.emptySubscription();

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Object item) {
            items.add(item);
            if (items.size() == cancelsAt) {
                upstream.cancel();
            }
        }

        @Override
        public void onError(Throwable error) {
            ends.add("error");
        }

        @Override
        public void onComplete() {
            ends.add("complete");
        }
    }
}

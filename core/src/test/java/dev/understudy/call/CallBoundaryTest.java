package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException;
import dev.understudy.event.Event;
import dev.understudy.guard.InFlight;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** Sources that throw instead of signalling, and subscribers that throw: one typed error, and the call is left. */
class CallBoundaryTest {

    private static final LinkageError BROKEN = new LinkageError("a class is missing");

    private final List<Event> events = new ArrayList<>();
    private final Call call = CallFixtures.call(CallFixtures.plan(CallFixtures.route("a")), events::add);
    private final AtomicInteger drained = new AtomicInteger();
    private final InFlight inFlight = new InFlight(drained::incrementAndGet);
    private final List<Object> signals = new ArrayList<>();
    private final AtomicInteger cancelled = new AtomicInteger();

    @Test
    void sourceThatThrowsBeforeItsSubscriptionFailsTheCall() {
        subscribe(actual -> {
            throw BROKEN;
        });
        assertFailed();
        assertThat(cancelled).hasValue(0);
    }

    @Test
    void sourceThatThrowsAfterItsSubscriptionIsCancelled() {
        subscribe(actual -> {
            actual.onSubscribe(subscription(n -> {}));
            throw BROKEN;
        });
        assertFailed();
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void sourceThatThrowsOnDemandIsCancelled() {
        subscribe(actual -> actual.onSubscribe(subscription(n -> {
            throw BROKEN;
        })));
        assertFailed();
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void sourceThatThrowsAfterItsEndChangesNothing() {
        subscribe(actual -> {
            actual.onSubscribe(subscription(n -> {}));
            actual.onComplete();
            throw BROKEN;
        });
        assertThat(signals).containsExactly("subscribed", "complete");
        assertThat(events).isEmpty();
        assertLeft();
    }

    @Test
    void sourceThatThrowsAfterAnErrorAtOnceSubscribesOnce() {
        subscribe(actual -> {
            Operators.error(actual, new IllegalStateException("first"));
            throw BROKEN;
        });
        assertThat(signals).hasSize(2).startsWith("subscribed");
        assertLeft();
    }

    @Test
    void closedClientSubscribesBeforeItRejects() {
        inFlight.close();
        subscribe(actual -> actual.onSubscribe(subscription(n -> {})));
        assertThat(signals).hasSize(2).startsWith("subscribed");
        assertThat(signals.get(1)).isInstanceOf(ChatException.Rejected.class);
        assertThat(drained).hasValue(1);
    }

    @Test
    void subscriberThatThrowsCancelsTheSource() {
        apply(actual -> {
                    actual.onSubscribe(subscription(n -> {}));
                    actual.onNext("one");
                })
                .subscribe(new Recording() {
                    @Override
                    public void onNext(Object item) {
                        throw new IllegalStateException("the subscriber's");
                    }
                });
        assertThat(cancelled).hasValue(1);
        assertThat(signals).hasSize(2);
        assertThat(signals.get(1)).isInstanceOf(ChatException.Exhausted.class);
        assertLeft();
    }

    @Test
    void subscriberThatCompletedItselfMayThrow() {
        apply(actual -> {
                    actual.onSubscribe(subscription(n -> {}));
                    actual.onNext(actual);
                })
                .subscribe(new Recording() {
                    @Override
                    public void onNext(Object item) {
                        ((CoreSubscriber<?>) item).onComplete();
                        throw new IllegalStateException("the subscriber's");
                    }
                });
        assertThat(signals).containsExactly("subscribed", "complete");
        assertThat(cancelled).hasValue(0);
        assertLeft();
    }

    private void assertFailed() {
        assertThat(signals).hasSize(2).startsWith("subscribed");
        assertThat(signals.get(1)).isInstanceOfSatisfying(ChatException.Rejected.class, rejected -> assertThat(rejected)
                .hasMessageContaining("The call failed: java.lang.LinkageError")
                .hasCause(BROKEN));
        assertThat(events).singleElement().isInstanceOfSatisfying(Event.CallFailed.class, failed -> assertThat(
                        failed.error())
                .isSameAs(signals.get(1)));
        assertLeft();
    }

    private void assertLeft() {
        assertThat(drained).hasValue(0);
        inFlight.close();
        assertThat(drained).hasValue(1);
    }

    private void subscribe(Consumer<CoreSubscriber<? super Object>> source) {
        apply(source).subscribe(new Recording());
    }

    private Flux<Object> apply(Consumer<CoreSubscriber<? super Object>> source) {
        return new CallBoundary<>(
                new Flux<>() {
                    @Override
                    public void subscribe(CoreSubscriber<? super Object> actual) {
                        source.accept(actual);
                    }
                },
                call,
                inFlight);
    }

    private Subscription subscription(Consumer<Long> onRequest) {
        return new Subscription() {
            @Override
            public void request(long n) {
                onRequest.accept(n);
            }

            @Override
            public void cancel() {
                cancelled.incrementAndGet();
            }
        };
    }

    private class Recording implements CoreSubscriber<Object> {

        @Override
        public void onSubscribe(Subscription subscription) {
            signals.add("subscribed");
            subscription.request(1);
        }

        @Override
        public void onNext(Object item) {
            signals.add(item);
        }

        @Override
        public void onError(Throwable error) {
            signals.add(error);
        }

        @Override
        public void onComplete() {
            signals.add("complete");
        }
    }
}

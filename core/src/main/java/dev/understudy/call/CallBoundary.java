package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatException.Rejected.Reason;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.guard.InFlight;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The last operator of a call, directly before its subscriber. Maps each error to a {@link ChatException} and publishes the
 * end of the call. If the subscriber throws in {@code onNext}, the call is cancelled without counting against a provider,
 * and the subscriber receives an error.
 */
final class CallBoundary<T> extends FluxOperator<T, T> {

    private final Call call;
    private final InFlight inFlight;

    CallBoundary(Flux<T> source, Call call, InFlight inFlight) {
        super(source);
        this.call = call;
        this.inFlight = inFlight;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        BoundarySubscriber<T> boundary = new BoundarySubscriber<>(actual, call, inFlight);
        if (!inFlight.enter()) {
            boundary.reject();
            return;
        }
        try {
            source.subscribe(boundary);
        } catch (Throwable thrown) { // errors that Reactor throws instead of signalling
            boundary.failed(thrown);
        }
    }

    private static final class BoundarySubscriber<T> implements CoreSubscriber<T>, Subscription, Scannable {

        private final CoreSubscriber<? super T> actual;
        private final Call call;
        private final InFlight inFlight;
        private final AtomicBoolean left = new AtomicBoolean();
        private Subscription upstream = Operators.emptySubscription();
        private boolean subscribed; // a source that ends at once hands over the empty subscription too
        private boolean terminated;

        BoundarySubscriber(CoreSubscriber<? super T> actual, Call call, InFlight inFlight) {
            this.actual = actual;
            this.call = call;
            this.inFlight = inFlight;
        }

        /** Ends a call that came after the end of the client. */
        void reject() {
            left.set(true);
            actual.onSubscribe(Operators.emptySubscription());
            fail(new ChatException.Rejected(Reason.UNAVAILABLE, "The client is closed", AttemptLog.empty(), null));
        }

        private void leave() {
            if (left.compareAndSet(false, true)) {
                inFlight.leave();
            }
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(subscribed ? upstream : null, subscription)) {
                upstream = subscription;
                subscribed = true;
                actual.onSubscribe(this);
            }
        }

        @Override
        public void onNext(T item) {
            if (terminated) {
                Operators.onDiscard(item, actual.currentContext());
                return;
            }
            try {
                actual.onNext(item);
            } catch (Throwable thrown) {
                if (!terminated) {
                    upstream.cancel();
                    fail(bySubscriber(thrown));
                }
            }
        }

        @Override
        public void onError(Throwable error) {
            if (terminated) {
                Operators.onErrorDropped(error, actual.currentContext());
            } else {
                fail(CallerCode.typed(error));
            }
        }

        @Override
        public void onComplete() {
            if (!terminated) {
                terminated = true;
                try {
                    actual.onComplete();
                } catch (Throwable thrown) { // the subscriber has failed in its last signal
                    Operators.onErrorDropped(thrown, actual.currentContext());
                } finally {
                    leave();
                }
            }
        }

        /** Signals what was thrown while subscribing or requesting. */
        void failed(Throwable thrown) {
            if (!subscribed) {
                actual.onSubscribe(Operators.emptySubscription());
            }
            if (!terminated) {
                upstream.cancel();
                fail(CallerCode.rejected("The call failed", thrown));
            }
        }

        private void fail(ChatException error) {
            terminated = true;
            call.end(new Event.CallFailed(call.id(), error, call.took()));
            try {
                actual.onError(error);
            } finally {
                leave();
            }
        }

        private static ChatException bySubscriber(Throwable thrown) {
            Failure failure = Failure.of(
                    FailureKind.PROTOCOL,
                    "the subscriber threw " + thrown.getClass().getName()
                            + " in onNext, against rule 2.13 of Reactive Streams");
            return new ChatException.Exhausted(
                    "The subscriber of the call failed",
                    AttemptLog.empty(),
                    List.of(new ChatException.CallFailed(failure, thrown)));
        }

        @Override
        public void request(long n) {
            try {
                upstream.request(n);
            } catch (Throwable thrown) {
                failed(thrown);
            }
        }

        @Override
        public void cancel() {
            upstream.cancel();
            call.end(new Event.CallCancelled(call.id(), call.took())); // after the event of the abandoned attempt
            leave();
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        @SuppressWarnings("rawtypes") // as Scannable declares it
        public @Nullable Object scanUnsafe(Attr key) {
            if (key == Attr.PARENT) {
                return upstream;
            }
            if (key == Attr.ACTUAL) {
                return actual;
            }
            return key == Attr.TERMINATED ? (Object) terminated : key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
        }
    }
}

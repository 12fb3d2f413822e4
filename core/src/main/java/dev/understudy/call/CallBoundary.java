package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The last operator of a call, in front of its subscriber. Each error leaves typed and is told as the end of the call.
 * A subscriber that throws cancels the call, against nobody, and gets an error.
 */
final class CallBoundary<T> extends FluxOperator<T, T> {

    private final Call call;

    CallBoundary(Flux<T> source, Call call) {
        super(source);
        this.call = call;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        Reader<T> reader = new Reader<>(actual, call);
        try {
            source.subscribe(reader);
        } catch (Throwable thrown) { // what Reactor calls fatal and does not signal
            reader.thrown(thrown);
        }
    }

    private static final class Reader<T> implements CoreSubscriber<T>, Subscription, Scannable {

        private final CoreSubscriber<? super T> actual;
        private final Call call;
        private Subscription upstream = Operators.emptySubscription();
        private boolean over;

        Reader(CoreSubscriber<? super T> actual, Call call) {
            this.actual = actual;
            this.call = call;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream == Operators.emptySubscription() ? null : upstream, subscription)) {
                upstream = subscription;
                actual.onSubscribe(this);
            }
        }

        @Override
        public void onNext(T item) {
            if (over) {
                Operators.onDiscard(item, actual.currentContext());
                return;
            }
            try {
                actual.onNext(item);
            } catch (Throwable thrown) {
                if (!over) {
                    upstream.cancel();
                    fail(bySubscriber(thrown));
                }
            }
        }

        @Override
        public void onError(Throwable error) {
            if (over) {
                Operators.onErrorDropped(error, actual.currentContext());
            } else {
                fail(error instanceof ChatException typed ? typed : CallerCode.rejected("The call failed", error));
            }
        }

        @Override
        public void onComplete() {
            if (!over) {
                over = true;
                try {
                    actual.onComplete();
                } catch (Throwable thrown) { // nobody is left to tell
                    Operators.onErrorDropped(thrown, actual.currentContext());
                }
            }
        }

        /** From subscribing or requesting. */
        void thrown(Throwable thrown) {
            boolean subscribed = upstream != Operators.emptySubscription();
            if (!subscribed) {
                actual.onSubscribe(Operators.emptySubscription());
            }
            if (!over) {
                upstream.cancel();
                fail(CallerCode.rejected("The call failed", thrown));
            }
        }

        private void fail(ChatException why) {
            over = true;
            call.end(new Event.CallFailed(call.id(), why, call.took()));
            actual.onError(why);
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
                thrown(thrown);
            }
        }

        @Override
        public void cancel() {
            upstream.cancel();
            call.end(new Event.CallCancelled(call.id(), call.took())); // after the attempt has left
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
            return key == Attr.TERMINATED ? (Object) over : key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
        }
    }
}

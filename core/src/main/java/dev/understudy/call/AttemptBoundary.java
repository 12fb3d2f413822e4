package dev.understudy.call;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The last operator of an attempt: reports its failure or its cancellation, ends its permit after an error, and gives the
 * provider its Context. Demand and items pass unchanged.
 */
final class AttemptBoundary<T> extends FluxOperator<T, T> {

    /** Receives the ends of an attempt that are no answer. */
    interface Ends {

        /** Returns the error to signal instead of the attempt's. */
        Throwable failed(Throwable error);

        void abandoned();
    }

    private final Ends attempt;
    private final UnaryOperator<Context> contextOf;

    /** @param contextOf returns the Context of the provider, from the one of the subscriber */
    AttemptBoundary(Flux<T> source, Ends attempt, UnaryOperator<Context> contextOf) {
        super(source);
        this.attempt = attempt;
        this.contextOf = contextOf;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        source.subscribe(new BoundarySubscriber<>(actual, attempt, contextOf.apply(actual.currentContext())));
    }

    private static final class BoundarySubscriber<T> implements CoreSubscriber<T>, Subscription, Scannable {

        private final CoreSubscriber<? super T> actual;
        private final Ends attempt;
        private final Context context;
        private Subscription upstream = Operators.emptySubscription();
        private boolean terminated;

        BoundarySubscriber(CoreSubscriber<? super T> actual, Ends attempt, Context context) {
            this.actual = actual;
            this.attempt = attempt;
            this.context = context;
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
            actual.onNext(item);
        }

        @Override
        public void onError(Throwable error) {
            if (terminated) {
                Operators.onErrorDropped(error, context);
                return;
            }
            terminated = true;
            actual.onError(attempt.failed(error));
        }

        @Override
        public void onComplete() {
            if (!terminated) {
                terminated = true;
                actual.onComplete();
            }
        }

        @Override
        public void request(long n) {
            upstream.request(n);
        }

        @Override
        public void cancel() {
            attempt.abandoned();
            upstream.cancel();
        }

        @Override
        public Context currentContext() {
            return context;
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

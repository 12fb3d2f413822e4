package dev.understudy.streaming;

import dev.understudy.call.ResumedCall;
import dev.understudy.chat.StreamChunk;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The last operator of a stream that may be continued: makes all calls of the inner understudy one call, and publishes its
 * end. Demand and signals pass unchanged.
 */
final class ResumedCallBoundary extends FluxOperator<StreamChunk, StreamChunk> {

    ResumedCallBoundary(Flux<StreamChunk> source) {
        super(source);
    }

    @Override
    public void subscribe(CoreSubscriber<? super StreamChunk> actual) {
        source.subscribe(new BoundarySubscriber(actual));
    }

    private static final class BoundarySubscriber implements CoreSubscriber<StreamChunk>, Subscription, Scannable {

        private final CoreSubscriber<? super StreamChunk> actual;
        private final ResumedCall resumedCall = new ResumedCall();
        private final Context context;
        private @Nullable Subscription upstream;

        BoundarySubscriber(CoreSubscriber<? super StreamChunk> actual) {
            this.actual = actual;
            this.context = resumedCall.in(actual.currentContext());
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream, subscription)) {
                upstream = subscription;
                actual.onSubscribe(this);
            }
        }

        @Override
        public void onNext(StreamChunk chunk) {
            if (chunk instanceof StreamChunk.Finish finish) {
                resumedCall.succeeded(finish.servedBy(), finish.usage());
            }
            actual.onNext(chunk);
        }

        @Override
        public void onError(Throwable error) {
            resumedCall.failed(error);
            actual.onError(error);
        }

        @Override
        public void onComplete() {
            actual.onComplete();
        }

        @Override
        public void request(long n) {
            if (upstream != null) {
                upstream.request(n);
            }
        }

        @Override
        public void cancel() {
            if (upstream != null) {
                upstream.cancel();
            }
            resumedCall.cancelled(); // after the event of the abandoned attempt
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
            return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
        }
    }
}

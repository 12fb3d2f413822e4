package dev.understudy;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A publisher without operators: on demand it runs a task or emits a null item, and completes. */
record RawPublisher<T>(@Nullable Runnable onRequest) implements Publisher<T> {

    @Override
    @SuppressWarnings("NullAway") // a null item is the test case
    public void subscribe(Subscriber<? super T> actual) {
        actual.onSubscribe(new Subscription() {
            private boolean done;

            @Override
            public void request(long n) {
                if (done) {
                    return;
                }
                done = true;
                if (onRequest != null) {
                    onRequest.run();
                } else {
                    actual.onNext(null);
                }
                actual.onComplete();
            }

            @Override
            public void cancel() {}
        });
    }
}

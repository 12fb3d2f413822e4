package dev.understudy;

import dev.understudy.VirtualScenario.CallResult;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/** A subscriber that throws at each item, against rule 2.13 of Reactive Streams. */
record RawSubscriber(CallResult result, Runnable throwing) implements CoreSubscriber<Object> {

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Object item) {
        throwing.run();
    }

    @Override
    public void onError(Throwable error) {
        result.error = error;
    }

    @Override
    public void onComplete() {}
}

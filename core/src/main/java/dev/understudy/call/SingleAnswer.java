package dev.understudy.call;

import dev.understudy.chat.ChatResponse;
import dev.understudy.guard.FailureClassifier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Takes the answer of one attempt. With it the attempt is over: completion follows at once, and signals that come later
 * are ignored. The exchange may end by itself; the watchdog cancels one that does not.
 */
final class SingleAnswer extends FluxOperator<ChatResponse, ChatResponse> {

    private final Attempt attempt;

    SingleAnswer(Flux<ChatResponse> source, Attempt attempt) {
        super(source);
        this.attempt = attempt;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ChatResponse> actual) {
        source.subscribe(new Gate(actual, attempt));
    }

    private static final class Gate implements CoreSubscriber<ChatResponse>, Subscription, Scannable {

        private final CoreSubscriber<? super ChatResponse> actual;
        private final Attempt attempt;
        private Subscription upstream = Operators.emptySubscription();
        private boolean over;

        Gate(CoreSubscriber<? super ChatResponse> actual, Attempt attempt) {
            this.actual = actual;
            this.attempt = attempt;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream == Operators.emptySubscription() ? null : upstream, subscription)) {
                upstream = subscription;
                actual.onSubscribe(this);
            }
        }

        @Override
        public void onNext(ChatResponse response) {
            if (over) {
                Operators.onDiscard(response, actual.currentContext());
                return;
            }
            over = true;
            ChatResponse taken;
            try {
                taken = taken(response);
            } catch (Throwable thrown) { // an answer that breaks the contract of its type
                upstream.cancel();
                actual.onError(FailureClassifier.typed(thrown));
                return;
            }
            if (taken != null) {
                actual.onNext(taken);
                actual.onComplete();
            }
        }

        /** The answer as the caller gets it; {@code null} when it is none, or another attempt was faster. */
        private @Nullable ChatResponse taken(ChatResponse response) {
            var flaw = FailureClassifier.unusable(response);
            if (flaw != null) {
                upstream.cancel();
                actual.onError(attempt.failed(flaw, response.usage()));
                return null;
            }
            if (!attempt.claims()) {
                upstream.cancel();
                return null;
            }
            return response.withFinish(attempt.served(response.finish()));
        }

        @Override
        public void onError(Throwable error) {
            if (over) {
                Operators.onErrorDropped(error, actual.currentContext());
            } else {
                over = true;
                actual.onError(error);
            }
        }

        @Override
        public void onComplete() {
            if (!over) {
                over = true;
                actual.onComplete();
            }
        }

        @Override
        public void request(long n) {
            upstream.request(n);
        }

        @Override
        public void cancel() {
            upstream.cancel();
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

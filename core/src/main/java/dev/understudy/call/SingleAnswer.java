package dev.understudy.call;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Checks the response of one attempt and emits it, directly followed by completion; later signals are ignored. The exchange
 * is not cancelled, so that its connection can be reused; the watchdog cancels one that does not end.
 */
final class SingleAnswer extends FluxOperator<ChatResponse, ChatResponse> {

    private final Attempt attempt;

    SingleAnswer(Flux<ChatResponse> source, Attempt attempt) {
        super(source);
        this.attempt = attempt;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ChatResponse> actual) {
        source.subscribe(new AnswerSubscriber(actual, attempt));
    }

    private static final class AnswerSubscriber implements CoreSubscriber<ChatResponse>, Subscription, Scannable {

        private final CoreSubscriber<? super ChatResponse> actual;
        private final Attempt attempt;
        private Subscription upstream = Operators.emptySubscription();
        private boolean terminated;

        AnswerSubscriber(CoreSubscriber<? super ChatResponse> actual, Attempt attempt) {
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
            if (terminated) {
                Operators.onDiscard(response, actual.currentContext());
                return;
            }
            Failure flaw = response.isEmpty() ? attempt.unusable(response.finishReason(), response.refusal()) : null;
            if (flaw != null) {
                terminated = true;
                AttemptFailure failed = attempt.failed(flaw, response.usage());
                upstream.cancel();
                actual.onError(failed);
            } else if (attempt.claim()) {
                ChatResponse served = response.withFinish(attempt.served(response.finish()));
                terminated = true;
                actual.onNext(served);
                actual.onComplete();
            } else { // another attempt was faster
                terminated = true;
                upstream.cancel();
            }
        }

        @Override
        public void onError(Throwable error) {
            if (terminated) {
                Operators.onErrorDropped(error, actual.currentContext());
            } else {
                terminated = true;
                actual.onError(attempt.typed(error));
            }
        }

        @Override
        public void onComplete() {
            if (!terminated) {
                onError(Attempt.empty());
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
            return key == Attr.TERMINATED ? (Object) terminated : key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
        }
    }
}

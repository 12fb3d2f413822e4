package dev.understudy;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Holds a stream back until its first content, and to its word after it: before the first content any failure can still
 * be mended elsewhere; after it the stream either reaches its finish or ends with what was delivered. A finish that was
 * seen is success, whatever the wire does afterwards. Passes demand through, one to one.
 */
final class Commit extends FluxOperator<StreamChunk, StreamChunk> {

    private final Attempt attempt;

    Commit(Flux<StreamChunk> source, Attempt attempt) {
        super(source);
        this.attempt = attempt;
    }

    @Override
    public void subscribe(CoreSubscriber<? super StreamChunk> actual) {
        source.subscribe(new Gate(actual, attempt));
    }

    private static final class Gate implements CoreSubscriber<StreamChunk>, Subscription, Scannable {

        private final CoreSubscriber<? super StreamChunk> actual;
        private final Attempt attempt;
        private final ChatResponseAggregator delivered = new ChatResponseAggregator();
        private Subscription upstream = Operators.emptySubscription();
        private boolean committed;
        private boolean finished;
        private boolean over;

        Gate(CoreSubscriber<? super StreamChunk> actual, Attempt attempt) {
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
        public void onNext(StreamChunk chunk) {
            if (over || finished) {
                Operators.onDiscard(chunk, actual.currentContext());
                return;
            }
            if (chunk instanceof StreamChunk.Finish finish) {
                finish(finish);
                return;
            }
            delivered.add(chunk);
            if (!committed) {
                if (!chunk.isContent()) {
                    upstream.request(1);
                    return;
                }
                if (!attempt.claims()) {
                    over = true;
                    upstream.cancel();
                    return;
                }
                committed = true;
                attempt.committed(delivered);
            }
            actual.onNext(chunk);
        }

        private void finish(StreamChunk.Finish finish) {
            if (!committed) {
                upstream.cancel();
                fail(attempt.failed(FailureClassifier.unusable(finish.reason(), delivered.refusal()), finish.usage()));
                return;
            }
            finished = true;
            actual.onNext(attempt.served(finish));
        }

        @Override
        public void onError(Throwable error) {
            if (over) {
                Operators.onErrorDropped(error, actual.currentContext());
            } else if (finished) {
                onComplete();
            } else if (error instanceof ChatException.CallFailed failed) {
                fail(committed ? attempt.cut(failed.failure(), delivered) : attempt.failed(failed, Usage.none()));
            } else {
                fail(error);
            }
        }

        @Override
        public void onComplete() {
            if (over) {
                return;
            }
            if (finished) {
                over = true;
                actual.onComplete();
            } else {
                onError(new ChatException.CallFailed(
                        Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason")));
            }
        }

        private void fail(Throwable error) {
            over = true;
            actual.onError(error);
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
            if (key == Attr.TERMINATED) {
                return over;
            }
            if (key == Attr.RUN_STYLE) {
                return Attr.RunStyle.SYNC;
            }
            return null;
        }
    }
}

package dev.understudy.call;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.guard.FailureClassifier;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
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

        private static final AtomicLongFieldUpdater<Gate> ASKED =
                AtomicLongFieldUpdater.newUpdater(Gate.class, "asked");

        private final CoreSubscriber<? super StreamChunk> actual;
        private final Attempt attempt;
        private final ChatResponseAggregator delivered = new ChatResponseAggregator();
        private Subscription upstream = Operators.emptySubscription();
        private @Nullable ArrayDeque<StreamChunk> held;
        private volatile @Nullable ChunksBeforeContent chunksBeforeContent;
        private volatile long asked;
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
            StreamChunk shown;
            try {
                shown = chunk instanceof StreamChunk.Finish finish ? finish(finish) : judged(chunk);
            } catch (Throwable thrown) { // a chunk that breaks the contract of its type
                upstream.cancel();
                onError(FailureClassifier.typed(thrown));
                return;
            }
            if (shown != null) {
                show(shown);
            }
        }

        /** The chunk if it is to be shown now. */
        private @Nullable StreamChunk judged(StreamChunk chunk) {
            delivered.add(chunk);
            if (committed) {
                return chunk;
            }
            if (!chunk.isContent()) {
                hold(chunk);
                upstream.request(1);
                return null;
            }
            if (!attempt.claims()) {
                over = true;
                upstream.cancel();
                return null;
            }
            committed = true;
            attempt.committed(delivered);
            if (held != null) {
                chunksBeforeContent = new ChunksBeforeContent(actual, held, () -> asked);
                held = null;
            }
            return chunk;
        }

        /** A refusal, or what else a reader should know, waits for the first content. */
        private void hold(StreamChunk chunk) {
            boolean empty = chunk instanceof StreamChunk.Text
                    || chunk instanceof StreamChunk.Reasoning
                    || chunk instanceof StreamChunk.Reset;
            if (!empty) {
                held = held == null ? new ArrayDeque<>() : held;
                held.add(chunk);
            }
        }

        private @Nullable StreamChunk finish(StreamChunk.Finish finish) {
            if (!committed) {
                upstream.cancel();
                end(attempt.failed(FailureClassifier.unusable(finish.reason(), delivered.refusal()), finish.usage()));
                return null;
            }
            finished = true;
            return attempt.served(finish);
        }

        private void show(StreamChunk chunk) {
            ChunksBeforeContent before = chunksBeforeContent;
            if (before != null) {
                before.show(chunk);
            } else {
                actual.onNext(chunk);
            }
        }

        @Override
        public void onError(Throwable error) {
            if (over) {
                Operators.onErrorDropped(error, actual.currentContext());
            } else if (finished) {
                onComplete();
            } else if (error instanceof ChatException.CallFailed failed) {
                end(committed ? attempt.cut(failed, delivered) : attempt.failed(failed, Usage.none()));
            } else {
                end(error);
            }
        }

        @Override
        public void onComplete() {
            if (over) {
                return;
            }
            if (finished) {
                end(null);
            } else {
                onError(new ChatException.CallFailed(
                        Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason")));
            }
        }

        private void end(@Nullable Throwable error) {
            over = true;
            ChunksBeforeContent before = chunksBeforeContent;
            if (before != null) {
                before.end(error);
            } else if (error != null) {
                actual.onError(error);
            } else {
                actual.onComplete();
            }
        }

        @Override
        public void request(long n) {
            Operators.addCap(ASKED, this, n);
            ChunksBeforeContent before = chunksBeforeContent;
            if (before != null) {
                before.drain();
            }
            upstream.request(n);
        }

        @Override
        public void cancel() {
            upstream.cancel();
            ChunksBeforeContent before = chunksBeforeContent;
            if (before != null) {
                before.cancel();
            }
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

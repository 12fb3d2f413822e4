package dev.understudy.call;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
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
 * Withholds the chunks of a stream until its first content. A failure before it leads to another attempt, and so does an
 * answer that finishes with reasoning only, which is retracted; otherwise the stream then either reaches its finish chunk or
 * ends with a partial answer. Errors after the finish chunk are ignored. Demand
 * is passed through one to one.
 */
final class Commit extends FluxOperator<StreamChunk, StreamChunk> {

    private final Attempt attempt;

    Commit(Flux<StreamChunk> source, Attempt attempt) {
        super(source);
        this.attempt = attempt;
    }

    @Override
    public void subscribe(CoreSubscriber<? super StreamChunk> actual) {
        source.subscribe(new CommitSubscriber(actual, attempt));
    }

    private static final class CommitSubscriber implements CoreSubscriber<StreamChunk>, Subscription, Scannable {

        private static final AtomicLongFieldUpdater<CommitSubscriber> REQUESTED =
                AtomicLongFieldUpdater.newUpdater(CommitSubscriber.class, "requested");

        private final CoreSubscriber<? super StreamChunk> actual;
        private final Attempt attempt;
        private final ChatResponseAggregator delivered = new ChatResponseAggregator();
        private Subscription upstream = Operators.emptySubscription();
        private @Nullable ArrayDeque<StreamChunk> beforeContent;
        private volatile @Nullable ChunksBeforeContent chunksBeforeContent;
        private volatile long requested;
        private boolean received;
        private boolean committed;
        private boolean finished;
        private boolean terminated;

        CommitSubscriber(CoreSubscriber<? super StreamChunk> actual, Attempt attempt) {
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
            if (terminated || finished) {
                Operators.onDiscard(chunk, actual.currentContext());
                return;
            }
            received = true;
            StreamChunk emitted = chunk instanceof StreamChunk.Finish finish ? finish(finish) : accepted(chunk);
            if (emitted != null) {
                emit(emitted);
            }
        }

        /** Returns the chunk if it is to be emitted now, else {@code null}. */
        private @Nullable StreamChunk accepted(StreamChunk chunk) {
            delivered.add(chunk);
            if (committed) {
                if (chunk.isContent()) {
                    attempt.flows();
                }
                return chunk;
            }
            if (!chunk.isContent()) {
                keep(chunk);
                upstream.request(1);
                return null;
            }
            if (!commit()) {
                return null;
            }
            attempt.committed(delivered);
            return chunk;
        }

        /** Claims the call and releases the withheld chunks. Returns false if another attempt was faster. */
        private boolean commit() {
            if (!attempt.claim()) {
                terminated = true;
                upstream.cancel();
                return false;
            }
            committed = true;
            if (beforeContent != null) {
                chunksBeforeContent = new ChunksBeforeContent(actual, beforeContent, () -> requested);
                beforeContent = null;
            }
            return true;
        }

        /** Keeps chunks such as refusals until the first content; empty ones are dropped. */
        private void keep(StreamChunk chunk) {
            boolean empty = chunk instanceof StreamChunk.Text
                    || chunk instanceof StreamChunk.Reasoning
                    || chunk instanceof StreamChunk.Reset;
            if (!empty) {
                beforeContent = beforeContent == null ? new ArrayDeque<>() : beforeContent;
                beforeContent.add(chunk);
            }
        }

        private @Nullable StreamChunk finish(StreamChunk.Finish finish) {
            boolean refused = committed && delivered.hasRefusal(); // delivered behind reasoning
            boolean empty = delivered.length() == 0 && delivered.toolCalls().isEmpty() && !refused;
            Failure flaw = empty ? attempt.unusable(finish.reason(), delivered.refusal()) : null;
            if (flaw != null) {
                upstream.cancel();
                unusable(flaw, finish.usage());
                return null;
            }
            if (!committed && !commit()) {
                return null;
            }
            finished = true;
            return attempt.served(finish);
        }

        /** Ends the attempt so that another one can follow; delivered reasoning is retracted. */
        private void unusable(Failure flaw, Usage usage) {
            AttemptFailure failed = attempt.failed(flaw, usage);
            if (committed) {
                emit(new StreamChunk.Reset(0, flaw.kind()));
            }
            end(failed);
        }

        private void emit(StreamChunk chunk) {
            ChunksBeforeContent before = chunksBeforeContent;
            if (before != null) {
                before.emit(chunk);
            } else {
                actual.onNext(chunk);
            }
        }

        @Override
        public void onError(Throwable error) {
            if (terminated) {
                Operators.onErrorDropped(error, actual.currentContext());
            } else if (finished) {
                onComplete();
            } else {
                ChatException.CallFailed failed = attempt.typed(error);
                end(committed ? attempt.interrupted(failed, delivered) : attempt.failed(failed, Usage.none()));
            }
        }

        @Override
        public void onComplete() {
            if (terminated) {
                return;
            }
            if (finished) {
                end(null);
            } else if (!received) {
                onError(Attempt.empty());
            } else {
                onError(new ChatException.CallFailed(
                        Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason")));
            }
        }

        private void end(@Nullable Throwable error) {
            terminated = true;
            ChunksBeforeContent before = chunksBeforeContent;
            if (before != null) {
                before.terminate(error);
            } else if (error != null) {
                actual.onError(error);
            } else {
                actual.onComplete();
            }
        }

        @Override
        public void request(long n) {
            Operators.addCap(REQUESTED, this, n);
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
                return terminated;
            }
            if (key == Attr.RUN_STYLE) {
                return Attr.RunStyle.SYNC;
            }
            return null;
        }
    }
}

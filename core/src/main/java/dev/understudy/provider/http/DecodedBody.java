package dev.understudy.provider.http;

import dev.understudy.chat.StreamChunk;
import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Chunks of one streamed body. Bytes are copied out of Netty's buffers on arrival, into one array that is used again for
 * each fragment, and are decoded as chunks are requested: the next fragment is requested when the last one is decoded.
 * The end of the body and its error are decoded behind the fragments before them. No queue, and no thread of its own.
 */
final class DecodedBody extends Flux<StreamChunk> {

    private final Publisher<ByteBuf> content;
    private final StreamBodyDecoder decoder;
    private final BodyEndWait bodyEndWait;

    /**
     * @param content emits buffers that are valid during {@code onNext} only
     * @param bodyEndWait ends the body when the wait for its end is over
     */
    DecodedBody(Publisher<ByteBuf> content, StreamBodyDecoder decoder, BodyEndWait bodyEndWait) {
        this.content = content;
        this.decoder = decoder;
        this.bodyEndWait = bodyEndWait;
    }

    @Override
    public void subscribe(CoreSubscriber<? super StreamChunk> actual) {
        Body body = new Body(actual, decoder, bodyEndWait);
        bodyEndWait.onOver(body::over);
        content.subscribe(body);
    }

    private static final class Body implements CoreSubscriber<ByteBuf>, Subscription, Scannable {

        private static final AtomicLongFieldUpdater<Body> REQUESTED =
                AtomicLongFieldUpdater.newUpdater(Body.class, "requested");

        private static final int FIRST = 512;

        /** Size above which an array is not kept for the next fragment. */
        private static final int WORTH_KEEPING = 64 << 10;

        /** Marks the regular end of the body. */
        private static final Object COMPLETE = new Object();

        private final CoreSubscriber<? super StreamChunk> actual;
        private final StreamBodyDecoder decoder;
        private final BodyEndWait bodyEndWait;
        private final AtomicInteger work = new AtomicInteger();
        /** {@link #COMPLETE} or the error of the transport. */
        private final AtomicReference<@Nullable Object> end = new AtomicReference<>();

        private @Nullable Subscription upstream;
        private volatile long requested;
        private volatile boolean cancelled;
        private volatile boolean done;

        /** Holds the fragment that was requested last; written before {@link #work} is. */
        private byte[] fragment = new byte[FIRST];

        private int length;
        private volatile boolean arrived;

        /** The decoder reads a fragment or the end; used by one thread at a time, like the two below. */
        private boolean reading;

        private boolean atEnd;

        Body(CoreSubscriber<? super StreamChunk> actual, StreamBodyDecoder decoder, BodyEndWait bodyEndWait) {
            this.actual = actual;
            this.decoder = decoder;
            this.bodyEndWait = bodyEndWait;
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream, subscription)) {
                upstream = subscription;
                actual.onSubscribe(this);
                subscription.request(1);
            }
        }

        @Override
        public void onNext(ByteBuf buffer) {
            if (done || end.get() != null) {
                return;
            }
            length = buffer.readableBytes();
            if (length > fragment.length) {
                fragment = new byte[Math.max(length, Math.min(2 * fragment.length, WORTH_KEEPING))];
            }
            try {
                buffer.getBytes(buffer.readerIndex(), fragment, 0, length);
            } catch (IllegalReferenceCountException released) {
                stopReading();
                ends(released);
                return;
            }
            bodyEndWait.arrived();
            arrived = true;
            decode();
        }

        @Override
        public void onError(Throwable error) {
            if (!ends(error)) {
                Operators.onErrorDropped(error, currentContext());
            }
        }

        @Override
        public void onComplete() {
            ends(COMPLETE);
        }

        /** Ends the body behind what arrived; returns false if it has ended before. */
        private boolean ends(Object how) {
            if (!end.compareAndSet(null, how)) {
                return false;
            }
            decode();
            return true;
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                Operators.addCap(REQUESTED, this, n);
                decode();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            stopReading();
            decode();
        }

        private void stopReading() {
            bodyEndWait.cancel();
            Subscription body = upstream;
            if (body != null) {
                body.cancel();
            }
        }

        /** Decodes and emits as far as what arrived and what was requested allow. One thread at a time does it. */
        private void decode() {
            if (work.getAndIncrement() != 0) {
                return;
            }
            int missed = 1;
            do {
                while (!done && step()) {
                    // step has the effect
                }
                missed = work.addAndGet(-missed);
            } while (missed != 0);
        }

        /** Returns true if there may be more to do. */
        private boolean step() {
            if (cancelled) {
                close();
                return false;
            }
            boolean more;
            StreamChunk chunk;
            try {
                if (!reading && !take()) {
                    return false;
                }
                more = decoder.hasNext();
                chunk = more && requested > 0 ? decoder.next() : null;
            } catch (Throwable failed) {
                Exceptions.throwIfFatal(failed);
                stopReading();
                close();
                actual.onError(failed);
                return false;
            }
            if (chunk != null) {
                actual.onNext(chunk);
                Operators.produced(REQUESTED, this, 1);
                return true;
            }
            return !more && advance();
        }

        /** Hands the fragment that arrived, or the end, to the decoder; returns false if there is neither. */
        private boolean take() {
            Object how = end.get(); // before the fragment, which comes before it
            if (arrived) {
                arrived = false;
                decoder.take(fragment, 0, length);
                if (fragment.length > WORTH_KEEPING) {
                    fragment = new byte[FIRST];
                }
            } else if (how != null) {
                decoder.end(how == COMPLETE ? null : (Throwable) how);
                atEnd = true;
            } else {
                return false;
            }
            reading = true;
            return true;
        }

        /** Requests the next fragment, or completes behind the end; returns true if there may be more to do. */
        private boolean advance() {
            reading = false;
            if (atEnd) {
                bodyEndWait.cancel();
                close();
                actual.onComplete();
                return false;
            }
            Subscription body = upstream;
            if (body != null) {
                body.request(1);
            }
            return true;
        }

        private void close() {
            done = true;
            decoder.close();
        }

        @Override
        @SuppressWarnings("rawtypes") // the signature of Scannable
        public @Nullable Object scanUnsafe(Attr key) {
            if (key == Attr.PARENT) {
                return upstream;
            }
            if (key == Attr.ACTUAL) {
                return actual;
            }
            if (key == Attr.TERMINATED) {
                return done && !cancelled;
            }
            if (key == Attr.CANCELLED) {
                return cancelled;
            }
            if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
                return requested;
            }
            return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
        }

        /** Ends the body when the wait for its end is over. */
        private void over(@Nullable Throwable error) {
            stopReading();
            ends(error == null ? COMPLETE : error);
        }
    }
}

package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.provider.json.JsonErrors;
import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * Emits one body as an array, also an empty one; above the limit, a PROTOCOL failure. Bytes are copied out of Netty's
 * buffers on arrival: a body in one fragment is copied once. Reading begins with the subscription.
 */
final class WholeBody extends Flux<byte[]> {

    private final Publisher<ByteBuf> content;
    private final int limit;

    /** @param content emits buffers that are valid during {@code onNext} only */
    WholeBody(Publisher<ByteBuf> content, int limit) {
        this.content = content;
        this.limit = limit;
    }

    @Override
    public void subscribe(CoreSubscriber<? super byte[]> actual) {
        content.subscribe(new Body(actual, limit));
    }

    private static final class Body extends Operators.MonoSubscriber<ByteBuf, byte[]> {

        private static final byte[] NOTHING = new byte[0];

        private final int limit;
        private byte[] bytes = NOTHING;
        private int length;
        private boolean done;
        private @Nullable Subscription upstream;

        Body(CoreSubscriber<? super byte[]> actual, int limit) {
            super(actual);
            this.limit = limit;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream, subscription)) {
                upstream = subscription;
                actual.onSubscribe(this);
                subscription.request(Long.MAX_VALUE);
            }
        }

        @Override
        public void onNext(ByteBuf fragment) {
            if (done) {
                return;
            }
            try {
                add(fragment);
            } catch (CallFailed overLimit) {
                stopReading();
                fail(overLimit);
            } catch (IllegalReferenceCountException released) {
                stopReading();
                onComplete();
            }
        }

        private void add(ByteBuf fragment) {
            int size = fragment.readableBytes();
            if (size > limit - length) {
                throw JsonErrors.overLimit("an answer", limit);
            }
            if (size > bytes.length - length) {
                bytes = Arrays.copyOf(bytes, length == 0 ? size : Math.max(length + size, 2 * length));
            }
            fragment.getBytes(fragment.readerIndex(), bytes, length, size);
            length += size;
        }

        @Override
        public void onError(Throwable error) {
            if (done) {
                Operators.onErrorDropped(error, currentContext());
            } else {
                fail(TransportErrors.withinAnswer(error));
            }
        }

        private void fail(CallFailed failed) {
            done = true;
            actual.onError(failed);
        }

        @Override
        public void onComplete() {
            if (!done) {
                done = true;
                complete(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
            }
        }

        @Override
        public void cancel() {
            super.cancel();
            stopReading();
        }

        private void stopReading() {
            Subscription body = upstream;
            if (body != null) {
                body.cancel();
            }
        }
    }
}

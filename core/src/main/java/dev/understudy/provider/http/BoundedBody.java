package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.provider.json.JsonErrors;
import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ByteBufFlux;

/** Aggregates a body up to a limit, which is checked before bytes are kept. */
final class BoundedBody {

    private BoundedBody() {}

    /** Emits what the decoder returns for the whole body, also an empty one; above the limit, a PROTOCOL failure. */
    static <T> Flux<T> whole(ByteBufFlux content, int limit, Function<byte[], T> decoder) {
        return new Whole<>(content, limit, decoder);
    }

    /** Emits the whole body, or an empty array if it is above the limit; the rest of it is read and dropped. */
    static Flux<byte[]> wholeOrNothing(ByteBufFlux content, int limit) {
        return content.asByteArray()
                .collect(BoundedBody.Kept::new, (kept, piece) -> kept.add(piece, limit))
                .map(kept -> kept.bytes.toByteArray())
                .flux();
    }

    private static final class Kept {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean over;

        void add(byte[] piece, int limit) {
            over |= bytes.size() + piece.length > limit;
            if (over) {
                bytes.reset();
            } else {
                bytes.writeBytes(piece);
            }
        }
    }

    /** Emits as much of an error body as fits and arrives in time; a later error is ignored. */
    static Mono<byte[]> upTo(ByteBufFlux content, int limit, Duration timeout) {
        return content.asByteArray()
                .onErrorComplete()
                .takeUntilOther(Mono.delay(timeout, Schedulers.parallel()))
                .scan(new ByteArrayOutputStream(), (all, piece) -> {
                    all.write(piece, 0, Math.min(piece.length, limit - all.size()));
                    return all;
                })
                .takeUntil(all -> all.size() >= limit)
                .last()
                .map(ByteArrayOutputStream::toByteArray);
    }

    /**
     * Decodes one body, also an empty one; above the limit, a PROTOCOL failure. Bytes are copied out of Netty's
     * buffers on arrival: a body in one fragment is copied once. Reading begins with the subscription.
     */
    private static final class Whole<T> extends Flux<T> {

        private final Publisher<ByteBuf> content;
        private final int limit;
        private final Function<byte[], T> decoder;

        /** @param content emits buffers that are valid during {@code onNext} only */
        Whole(Publisher<ByteBuf> content, int limit, Function<byte[], T> decoder) {
            this.content = content;
            this.limit = limit;
            this.decoder = decoder;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            content.subscribe(new Body<>(actual, limit, decoder));
        }

        private static final class Body<T> extends Operators.MonoSubscriber<ByteBuf, T> {

            private static final byte[] NOTHING = new byte[0];

            private final int limit;
            private final Function<byte[], T> decoder;
            private byte[] bytes = NOTHING;
            private int length;
            private boolean done;
            private @Nullable Subscription upstream;

            Body(CoreSubscriber<? super T> actual, int limit, Function<byte[], T> decoder) {
                super(actual);
                this.limit = limit;
                this.decoder = decoder;
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
                    int doubled = (int) Math.min(limit, 2L * length);
                    bytes = Arrays.copyOf(bytes, Math.max(length + size, doubled));
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

            private void fail(Throwable failed) {
                done = true;
                actual.onError(failed);
            }

            @Override
            public void onComplete() {
                if (done || isCancelled()) {
                    return;
                }
                T decoded;
                try {
                    decoded = decoder.apply(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
                } catch (Throwable thrown) {
                    fail(Operators.onOperatorError(thrown, actual.currentContext()));
                    return;
                }
                done = true;
                complete(decoded);
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
}

package dev.understudy.provider.http;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.guard.AttemptLink;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Response to one HTTP request, which is sent at subscription. A request on a pooled connection that is found dead
 * before a byte of the response arrived is sent once more, on a fresh one, unless the vendor named a time to wait
 * meanwhile: servers and middleboxes drop idle connections, which only the next request reveals. Errors are typed; cancellation reaches first the request and then
 * its connection, before {@code cancel} returns. No queue, and no thread of its own.
 */
final class HttpAnswer<T> extends Flux<T> {

    /** Creates a request. */
    @FunctionalInterface
    interface Request<T> {

        /**
         * Returns the response; the request is sent when it is subscribed to.
         *
         * @param progress part of the Context of the subscriber
         * @param link link to the attempt that the request belongs to
         */
        Flux<T> send(RequestProgress progress, AttemptLink link);
    }

    private final HttpConnections connections;
    private final Request<T> request;
    private final UnaryOperator<Throwable> typing;
    private final BooleanSupplier keyInUse;

    /**
     * @param connections decides when the request may be sent
     * @param request creates the request, which records its progress
     * @param typing applied to a failure after the transport's own classification
     * @param keyInUse returns false while the key of the request cools down
     */
    HttpAnswer(
            HttpConnections connections,
            Request<T> request,
            UnaryOperator<Throwable> typing,
            BooleanSupplier keyInUse) {
        this.connections = connections;
        this.request = request;
        this.typing = typing;
        this.keyInUse = keyInUse;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        if (!connections.enter()) {
            Operators.error(actual, new CallFailed(HttpConnections.closed()));
            return;
        }
        Exchanged<T> exchanged = new Exchanged<>(actual, this);
        actual.onSubscribe(exchanged);
        exchanged.send();
    }

    private static final class Exchanged<T> implements CoreSubscriber<T>, Subscription {

        private final CoreSubscriber<? super T> actual;
        private final HttpAnswer<T> answer;
        private final AttemptLink link;

        private volatile RequestProgress progress = new RequestProgress();

        /** Context of the HTTP client, each operator of which asks for it. */
        private volatile Context context;

        private boolean resent;
        private @Nullable Subscription upstream; // with the two below guarded by this
        private long requested;
        private boolean cancelled;
        private volatile boolean sent;
        private final AtomicBoolean left = new AtomicBoolean();
        private volatile @Nullable Subscription begun;

        Exchanged(CoreSubscriber<? super T> actual, HttpAnswer<T> answer) {
            this.actual = actual;
            this.answer = answer;
            Context caller = actual.currentContext();
            this.link = AttemptLink.of(caller);
            // Few keys, because the HTTP client adds its own, and a Context of more than five is a map.
            this.context =
                    caller.delete(CallScope.class).delete(AttemptLink.class).put(RequestProgress.class, progress);
        }

        void send() {
            RequestProgress current = progress;
            Mono<Void> wait = answer.connections.pass();
            if (wait != null) {
                wait.subscribe(new Pass());
                return;
            }
            if (answer.connections.negotiates()) {
                sent = true;
            }
            Flux<T> asked;
            try {
                asked = answer.request.send(current, link);
            } catch (Throwable error) {
                Exceptions.throwIfFatal(error);
                onError(error);
                return;
            }
            asked.subscribe(this);
        }

        @Override
        public Context currentContext() {
            return context;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            long demand;
            synchronized (this) {
                if (cancelled) {
                    subscription.cancel();
                    return;
                }
                upstream = subscription;
                demand = requested;
            }
            if (demand > 0) {
                subscription.request(demand);
            }
        }

        @Override
        public void request(long n) {
            Subscription direct = begun;
            if (direct == null && Operators.validate(n)) {
                synchronized (this) {
                    requested = Operators.addCap(requested, n);
                    direct = upstream;
                }
            }
            if (direct != null) {
                direct.request(n);
            }
        }

        @Override
        public void onNext(T part) {
            if (begun == null) {
                begun = upstream;
            }
            actual.onNext(part);
        }

        @Override
        public void onError(Throwable error) {
            progress.answered();
            passed();
            CallFailed typed = TransportErrors.beforeAnswer(error);
            if (mayBeResent(typed)) {
                resent = true;
                progress = new RequestProgress();
                context = context.put(RequestProgress.class, progress);
                answer.connections.foundDead();
                sendUnlessCancelled();
                return;
            }
            CallFailed failed = answer.connections.failed(typed, progress.isSent());
            actual.onError(answer.typing.apply(failed));
            leave();
        }

        private boolean mayBeResent(CallFailed failed) {
            return !resent
                    && progress.mayBeResent(failed.failure().kind())
                    && !answer.connections.isClosed()
                    && answer.keyInUse.getAsBoolean()
                    && link.mayBeResent().getAsBoolean();
        }

        @Override
        public void onComplete() {
            progress.answered();
            passed();
            actual.onComplete();
            leave();
        }

        @Override
        public void cancel() {
            Subscription current;
            synchronized (this) {
                cancelled = true;
                current = upstream;
            }
            if (current != null) {
                current.cancel();
            }
            progress.abandoned();
            passed();
            leave();
        }

        private void sendUnlessCancelled() {
            synchronized (this) {
                if (cancelled) {
                    return;
                }
            }
            send();
        }

        private void passed() {
            if (sent) {
                sent = false;
                answer.connections.ended();
            }
        }

        private void leave() {
            if (left.compareAndSet(false, true)) {
                answer.connections.leave();
            }
        }

        /** Wait before the request is sent. */
        private final class Pass implements CoreSubscriber<Void> {

            @Override
            public Context currentContext() {
                return actual.currentContext();
            }

            @Override
            public void onSubscribe(Subscription subscription) {
                Exchanged.this.onSubscribe(subscription);
            }

            @Override
            public void onNext(Void never) {}

            @Override
            public void onError(Throwable error) {
                Exchanged.this.onError(error);
            }

            @Override
            public void onComplete() {
                sendUnlessCancelled();
            }
        }
    }
}

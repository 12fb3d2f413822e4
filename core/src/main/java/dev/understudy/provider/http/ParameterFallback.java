package dev.understudy.provider.http;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.guard.RecentlyUsed;
import dev.understudy.operator.Attempts;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.ToolCallIdMapper;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.LongSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Resends a request that was refused because of one parameter without it, or with a value that the refusal tells, at
 * once and with the same key, and does so in later calls for that model, for at most an hour. Thread-safe.
 */
final class ParameterFallback {

    /** Limit of parameters that are dropped in one call. */
    static final int MAX_CHANGES = 3;

    /** Limit of models that are remembered; beyond it those used longest ago are forgotten and learned again. */
    static final int MODELS = 1_000;

    /** Time after which the parameters of a model are sent again. */
    static final Duration VALIDITY = Duration.ofHours(1);

    /** @param until the instant when the changes end; further changes do not extend it */
    private record Learned(AdaptedBody changes, long until) {
        boolean isValid(long now) {
            return until - now > 0;
        }
    }

    /**
     * A request with one key, which may be sent again in another form after a refusal. Accessed between exchanges only, which
     * follow one another.
     *
     * @param <T> type of what the answer emits
     */
    @FunctionalInterface
    interface AdaptableRequest<T> {

        /** Returns an exchange of the request in its current form. */
        Flux<T> exchange();

        /** Returns the error of an exchange as callers receive it. */
        default Throwable typed(Throwable error) {
            return error;
        }

        /**
         * Changes the form if a refusal calls for it.
         *
         * @param failed a typed error
         * @return true if the request is to be sent again
         */
        default boolean isChangedAfter(Throwable failed) {
            return false;
        }

        /** Sends a request in one form after another, until an exchange succeeds or the form is not changed any more. */
        static <T> Flux<T> sent(AdaptableRequest<T> request) {
            return new Attempts<Boolean, T>(again -> request.exchange(), error -> {
                Throwable failed = request.typed(error);
                return request.isChangedAfter(failed) ? Mono.just(true) : Mono.error(failed);
            });
        }
    }

    private final String provider;
    private final Dialect dialect;
    private final RecentlyUsed<String, Learned> learned = new RecentlyUsed<>(MODELS, any -> false);

    private final LongSupplier clock;

    ParameterFallback(String provider, Dialect dialect, LongSupplier clock) {
        this.clock = clock;
        this.provider = provider;
        this.dialect = dialect;
    }

    /**
     * Returns the request, adapted as far as is known to be needed.
     *
     * @param send performs one exchange with this body
     * @param typing maps every error of an exchange to the one that callers receive
     */
    <T> AdaptableRequest<T> of(
            ChatRequest request,
            boolean stream,
            CallScope scope,
            Function<EncodedBody, Flux<T>> send,
            Function<Throwable, CallFailed> typing) {
        if (ToolCallIdMapper.changes(dialect.callIds(), request.messages())) {
            scope.report(new ProviderEvent.RequestAdapted(
                    provider, request.model(), "tool_call_id", ProviderEvent.Change.REWRITTEN));
        }
        return new Adapted<>(request, stream, scope, send, typing);
    }

    private final class Adapted<T> implements AdaptableRequest<T> {

        private final ChatRequest request;
        private final boolean stream;
        private final CallScope scope;
        private final Function<EncodedBody, Flux<T>> send;
        private final Function<Throwable, CallFailed> typing;
        private AdaptedBody form;
        private int changesLeft = MAX_CHANGES;

        Adapted(
                ChatRequest request,
                boolean stream,
                CallScope scope,
                Function<EncodedBody, Flux<T>> send,
                Function<Throwable, CallFailed> typing) {
            this.request = request;
            this.stream = stream;
            this.scope = scope;
            this.send = send;
            this.typing = typing;
            this.form = known(request.model());
        }

        @Override
        public Flux<T> exchange() {
            return send.apply(EncodedBody.of(dialect, request, stream, form, scope));
        }

        @Override
        public CallFailed typed(Throwable error) {
            return typing.apply(error);
        }

        @Override
        public boolean isChangedAfter(Throwable error) {
            boolean refused = error instanceof CallFailed call && call.failure().phase() == Failure.Phase.HEADERS;
            if (changesLeft == 0 || !refused) {
                return false;
            }
            CallFailed failed = (CallFailed) error;
            AdaptedBody change =
                    AdaptedBody.after(failed.failure(), form.of(dialect.body(request, stream)), dialect.synonyms());
            if (change == null || form.repeats(change)) {
                return false;
            }
            if (change.lasts(failed.failure())) {
                learn(request.model(), change);
            }
            report(change);
            form = form.plus(change);
            changesLeft--;
            return true;
        }

        private void report(AdaptedBody change) {
            change.changes()
                    .forEach((parameter, name) -> scope.report(new ProviderEvent.RequestAdapted(
                            provider,
                            request.model(),
                            parameter,
                            name.isEmpty() ? ProviderEvent.Change.LEFT_OUT : ProviderEvent.Change.RENAMED)));
            change.rewritten()
                    .forEach(parameter -> scope.report(new ProviderEvent.RequestAdapted(
                            provider, request.model(), parameter, ProviderEvent.Change.REWRITTEN)));
        }
    }

    private void learn(String model, AdaptedBody change) {
        long now = clock.getAsLong();
        learned.merge(
                model,
                new Learned(change, now + VALIDITY.toNanos()),
                (known, more) -> !known.isValid(now)
                        ? more
                        : known.changes.repeats(change) ? known : new Learned(known.changes.plus(change), known.until));
    }

    private AdaptedBody known(String model) {
        Learned known = learned.get(model);
        return known != null && known.isValid(clock.getAsLong()) ? known.changes : AdaptedBody.NONE;
    }

    /** Forgets the refusals of all models. */
    void reset() {
        learned.removeIf(any -> true);
    }

    int models() {
        return learned.size();
    }
}

package dev.understudy.provider.http;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.guard.RecentlyUsed;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.ToolCallIdMapper;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.LongSupplier;
import reactor.core.publisher.Flux;

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
     * Sends the request, adapted as far as needed.
     *
     * @param send performs one exchange with this body
     * @param typing maps every error of an exchange to the one that callers receive
     */
    <T> Flux<T> around(
            ChatRequest request,
            boolean stream,
            CallScope scope,
            Function<EncodedBody, Flux<T>> send,
            Function<Throwable, CallFailed> typing) {
        AdaptedBody known = known(request.model());
        if (ToolCallIdMapper.changes(dialect.callIds(), request.messages())) {
            scope.report(new ProviderEvent.RequestAdapted(
                    provider, request.model(), "tool_call_id", ProviderEvent.Change.REWRITTEN));
        }
        return once(request, stream, scope, send, typing, known, MAX_CHANGES);
    }

    private <T> Flux<T> once(
            ChatRequest request,
            boolean stream,
            CallScope scope,
            Function<EncodedBody, Flux<T>> send,
            Function<Throwable, CallFailed> typing,
            AdaptedBody adaptedBody,
            int left) {
        Flux<T> answer = send.apply(EncodedBody.of(dialect, request, stream, adaptedBody, scope));
        if (left == 0) {
            return answer.onErrorMap(typing);
        }
        return answer.onErrorResume(error -> {
            CallFailed failed = typing.apply(error);
            AdaptedBody change = AdaptedBody.after(
                    failed.failure(), adaptedBody.of(dialect.body(request, stream)), dialect.synonyms());
            if (change == null || adaptedBody.repeats(change)) {
                return Flux.error(failed);
            }
            if (change.lasts(failed.failure())) {
                learn(request.model(), change);
            }
            change.changes()
                    .forEach((parameter, name) -> scope.report(new ProviderEvent.RequestAdapted(
                            provider,
                            request.model(),
                            parameter,
                            name.isEmpty() ? ProviderEvent.Change.LEFT_OUT : ProviderEvent.Change.RENAMED)));
            change.rewritten()
                    .forEach(parameter -> scope.report(new ProviderEvent.RequestAdapted(
                            provider, request.model(), parameter, ProviderEvent.Change.REWRITTEN)));
            return once(request, stream, scope, send, typing, adaptedBody.plus(change), left - 1);
        });
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

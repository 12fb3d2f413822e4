package dev.understudy.provider.http;

import dev.understudy.operator.Attempts;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

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

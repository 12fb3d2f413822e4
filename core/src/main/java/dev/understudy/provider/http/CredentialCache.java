package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.endpoint.Endpoint.CredentialsSource;
import dev.understudy.provider.endpoint.Endpoint.CredentialsSource.Credential;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.text.Redactor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Credential of a provider, kept until shortly before it expires or until the vendor rejects it. Thread-safe. */
final class CredentialCache {

    /** Time before the expiry at which a credential is replaced; at most a tenth of what is left when it is received. */
    private static final Duration MARGIN = Duration.ofSeconds(60);

    /** @param replaceAt instant from which it is not used any more; {@code null} for none */
    private record Held(Credential credential, @Nullable Instant replaceAt) {}

    private final Supplier<Instant> clock;
    private final List<Secret> fixedSecrets;
    private final Mono<Held> current;
    private volatile @Nullable Held rejected;
    private volatile Redactor redactor;
    private volatile @Nullable Held latest;

    CredentialCache(CredentialsSource source, List<Secret> fixedSecrets, Supplier<Instant> clock) {
        this.clock = clock;
        this.fixedSecrets = fixedSecrets;
        this.redactor = redactor(fixedSecrets);
        this.current = Mono.defer(source::credential)
                .switchIfEmpty(Mono.error(() -> failure("the source of credentials gave none")))
                .onErrorMap(CredentialCache::unavailable)
                .map(this::held)
                .cacheInvalidateIf(this::isUsedUp);
    }

    /** Runs an exchange with the credential; once more with a new one when the vendor rejects it. */
    <T> Flux<T> around(Function<KeyRing.Lease, Flux<T>> exchange) {
        return current.flatMapMany(first -> exchange.apply(lease(first)).onErrorResume(error -> {
            if (!isRejection(error)) {
                return Flux.error(error);
            }
            rejected = first;
            return current.flatMapMany(second -> exchange.apply(lease(second)).doOnError(again -> {
                if (isRejection(again)) {
                    rejected = second;
                }
            }));
        }));
    }

    /** Knows the secrets of the endpoint and the two latest credentials. */
    Redactor redactor() {
        return redactor;
    }

    /** Drops the credential, so that the next call requests a new one. */
    void reset() {
        rejected = latest;
    }

    private Held held(Credential credential) {
        List<Secret> known = new ArrayList<>(fixedSecrets);
        known.add(credential.secret());
        Held before = latest;
        if (before != null) {
            known.add(before.credential.secret());
        }
        redactor = redactor(known);
        Held held = new Held(credential, replaceAt(credential.expiresAt()));
        latest = held;
        return held;
    }

    private @Nullable Instant replaceAt(@Nullable Instant end) {
        if (end == null) {
            return null;
        }
        Duration left = Duration.between(clock.get(), end);
        if (left.isNegative() || left.isZero()) {
            throw failure("the credential has expired already");
        }
        Duration tenth = left.dividedBy(10);
        return end.minus(tenth.compareTo(MARGIN) < 0 ? tenth : MARGIN);
    }

    @SuppressWarnings("ReferenceEquality") // a source may give a rejected credential again
    private boolean isUsedUp(Held held) {
        boolean old = held.replaceAt != null && !clock.get().isBefore(held.replaceAt);
        return old || held == rejected;
    }

    private static KeyRing.Lease lease(Held held) {
        return new KeyRing.Lease(-1, held.credential.secret());
    }

    private static boolean isRejection(Throwable error) {
        return error instanceof CallFailed failed
                && failed.failure().kind() == FailureKind.AUTH
                && failed.failure().phase() == Failure.Phase.HEADERS;
    }

    private static Redactor redactor(List<Secret> secrets) {
        return Redactor.of(secrets.stream().map(Secret::reveal).distinct().toList());
    }

    /** Names the type of the error only: its message may repeat the answer of a token server. */
    private static CallFailed unavailable(Throwable error) {
        return error instanceof CallFailed failed
                ? failed
                : failure(
                        "the source of credentials failed: " + error.getClass().getName());
    }

    private static CallFailed failure(String message) {
        return new CallFailed(Failure.of(FailureKind.AUTH, message));
    }
}

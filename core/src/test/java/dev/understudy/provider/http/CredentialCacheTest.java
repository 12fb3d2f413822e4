package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.endpoint.Endpoint.CredentialsSource;
import dev.understudy.provider.endpoint.Endpoint.CredentialsSource.Credential;
import dev.understudy.provider.endpoint.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

class CredentialCacheTest {

    private static final Failure REJECTED =
            Failure.of(FailureKind.AUTH, "expired").withPhase(Failure.Phase.HEADERS);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final AtomicInteger requested = new AtomicInteger();
    private final List<String> sent = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();

    @Test
    void credentialIsKeptUntilShortlyBeforeItExpires() {
        CredentialCache cache = numbered(Duration.ofHours(1));
        send(cache);
        advance(Duration.ofMinutes(59).minusNanos(1));
        send(cache);
        advance(Duration.ofNanos(1));
        send(cache);
        assertThat(sent).containsExactly("token-0001", "token-0001", "token-0002");
    }

    @Test
    void shortCredentialIsUsedForNineTenthsOfItsLife() {
        CredentialCache cache = numbered(Duration.ofSeconds(100));
        send(cache);
        advance(Duration.ofSeconds(89));
        send(cache);
        advance(Duration.ofSeconds(1));
        send(cache);
        assertThat(sent).containsExactly("token-0001", "token-0001", "token-0002");
    }

    @Test
    void rejectedCredentialIsReplacedOnceInTheCall() {
        CredentialCache cache = numbered(null);
        refused.add("token-0001");
        send(cache);
        send(cache);
        assertThat(sent).containsExactly("token-0001", "token-0002", "token-0002");
    }

    @Test
    void secondRejectionFailsTheCallAndLeavesTheNextATrial() {
        CredentialCache cache = numbered(null);
        refused.addAll(List.of("token-0001", "token-0002"));
        assertThat(failure(cache)).isEqualTo(REJECTED);
        send(cache);
        assertThat(sent).containsExactly("token-0001", "token-0002", "token-0003");
    }

    @Test
    void concurrentCallsShareOneRequest() {
        Sinks.One<Credential> answer = Sinks.one();
        CredentialCache cache = cache(() -> Mono.defer(() -> {
            requested.incrementAndGet();
            return answer.asMono();
        }));
        StepVerifier.create(Flux.merge(cache.around(this::exchange), cache.around(this::exchange)))
                .then(() -> answer.tryEmitValue(Credential.of("token-0001")))
                .expectNextCount(2)
                .verifyComplete();
        assertThat(requested).hasValue(1);
    }

    @Test
    void failingSourceIsAskedAgainByTheNextCallAndIsNotQuoted() {
        CredentialCache cache = cache(() -> requested.incrementAndGet() == 1
                ? Mono.error(new IllegalStateException("invalid_client secret-of-the-client"))
                : Mono.just(Credential.of("token-0001")));
        assertThat(failure(cache)).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(FailureKind.AUTH);
            assertThat(failure.message())
                    .isEqualTo("the source of credentials failed: java.lang.IllegalStateException");
        });
        send(cache);
        assertThat(sent).containsExactly("token-0001");
    }

    @Test
    void throwingSourceFailsTheCall() {
        assertThat(failure(cache(() -> {
                            throw new IllegalStateException();
                        }))
                        .kind())
                .isEqualTo(FailureKind.AUTH);
    }

    @Test
    void emptySourceFailsTheCall() {
        assertThat(failure(cache(Mono::empty)).message()).isEqualTo("the source of credentials gave none");
    }

    @Test
    void expiredCredentialFailsTheCall() {
        assertThat(failure(cache(() -> Mono.just(new Credential(Secret.of("token-0001"), now.get()))))
                        .message())
                .isEqualTo("the credential has expired already");
    }

    @Test
    void resetRequestsANewCredential() {
        CredentialCache cache = numbered(null);
        send(cache);
        cache.reset();
        send(cache);
        assertThat(sent).containsExactly("token-0001", "token-0002");
    }

    @Test
    void twoLatestCredentialsAreRedacted() {
        CredentialCache cache = numbered(null);
        send(cache);
        cache.reset();
        send(cache);
        assertThat(cache.redactor().redact("was token-0001, is token-0002, and fixed-secret"))
                .isEqualTo("was ***, is ***, and ***");
    }

    private CredentialCache numbered(@Nullable Duration life) {
        return cache(() -> Mono.fromSupplier(() -> new Credential(
                Secret.of("token-%04d".formatted(requested.incrementAndGet())),
                life == null ? null : now.get().plus(life))));
    }

    private CredentialCache cache(CredentialsSource source) {
        return new CredentialCache(source, List.of(Secret.of("fixed-secret")), now::get);
    }

    private Flux<String> exchange(KeyRing.Lease lease) {
        String token = lease.key() == null ? "" : lease.key().reveal();
        sent.add(token);
        return refused.contains(token) ? Flux.error(new CallFailed(REJECTED)) : Flux.just(token);
    }

    private void send(CredentialCache cache) {
        StepVerifier.create(cache.around(this::exchange)).expectNextCount(1).verifyComplete();
    }

    private Failure failure(CredentialCache cache) {
        List<Failure> failures = new ArrayList<>();
        StepVerifier.create(cache.around(this::exchange))
                .consumeErrorWith(error -> failures.add(((CallFailed) error).failure()))
                .verify();
        return failures.get(0);
    }

    private void advance(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
    }
}

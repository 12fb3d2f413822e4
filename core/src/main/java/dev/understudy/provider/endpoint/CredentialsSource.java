package dev.understudy.provider.endpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Source of a credential that changes: access tokens of OAuth, or a key in a file that is replaced. Set with
 * {@link Endpoint#withCredentials}. The credential is requested by the first call, again before it expires, and once more
 * when the vendor answers 401; calls that need it at one time share one request. An error, an empty result or a result
 * that has expired already fails the call with {@link dev.understudy.chat.FailureKind#AUTH}, so that another provider is
 * asked; the limits of the attempt apply to the wait.
 */
@FunctionalInterface
public interface CredentialsSource {

    /**
     * One credential.
     *
     * @param secret the token or key, sent where an API key would be
     * @param expiresAt instant from which the vendor refuses it; {@code null} if it is not known
     */
    record Credential(Secret secret, @Nullable Instant expiresAt) {

        /**
         * Checks the value.
         *
         * @param secret the token or key
         * @param expiresAt instant from which the vendor refuses it; {@code null} if it is not known
         */
        public Credential {
            Objects.requireNonNull(secret, "secret");
        }

        /**
         * A credential whose end is not known: used until the vendor answers 401.
         *
         * @param secret the token or key
         * @return the credential
         */
        public static Credential of(String secret) {
            return new Credential(Secret.of(secret), null);
        }

        /**
         * A credential with a known life time.
         *
         * @param secret the token or key
         * @param lifetime time from now until it expires, such as {@code expires_in} of OAuth
         * @return the credential
         */
        public static Credential of(String secret, Duration lifetime) {
            long now = Schedulers.parallel().now(TimeUnit.MILLISECONDS);
            return new Credential(Secret.of(secret), Instant.ofEpochMilli(now).plus(lifetime));
        }
    }

    /**
     * Requests the credential, when subscribed to. Must not block the subscriber's thread.
     *
     * @return the credential that is valid now
     */
    Mono<Credential> credential();

    /**
     * A key in a file, such as a mounted secret. The file is read again after half a minute, and when the vendor
     * answers 401, on {@code Schedulers.boundedElastic()}. White space around the key is removed.
     *
     * @param file file with the key
     * @return the source; it fails while the file is missing or empty
     */
    static CredentialsSource ofFile(Path file) {
        return () -> Mono.fromCallable(() -> Credential.of(read(file), Duration.ofSeconds(30)))
                .subscribeOn(Schedulers.boundedElastic());
    }

    private static String read(Path file) {
        try {
            String key = Files.readString(file).strip();
            if (key.isEmpty()) {
                throw new IllegalStateException("The file " + file + " holds no key");
            }
            return key;
        } catch (IOException e) {
            throw new UncheckedIOException("The key cannot be read from " + file, e);
        }
    }
}

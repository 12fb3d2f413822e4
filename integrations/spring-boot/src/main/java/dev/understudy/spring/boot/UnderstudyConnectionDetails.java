package dev.understudy.spring.boot;

import dev.understudy.chat.ChatProvider;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Connections of providers that override those of the properties: for containers of tests (Testcontainers, Docker Compose) and
 * providers without a vendor. Asked about each provider that the properties declare; other keys of the provider are kept.
 */
public interface UnderstudyConnectionDetails extends ConnectionDetails {

    /**
     * Returns address and key of a provider.
     *
     * @param provider name of a declared provider
     * @return the connection; {@code null} to keep that of the properties
     */
    default @Nullable Connection connection(String provider) {
        return null;
    }

    /**
     * Returns a provider that answers in place of a declared one, with its models, limits and tags.
     *
     * @param provider name of a declared provider
     * @return the provider, of the same name; {@code null} to keep the declared one
     */
    default @Nullable ChatProvider replacement(String provider) {
        return null;
    }

    /**
     * Address and key of one provider.
     *
     * @param baseUrl base URL that the paths of the dialect are appended to
     * @param apiKey API key; {@code null} to keep that of the properties
     */
    record Connection(URI baseUrl, @Nullable String apiKey) {

        /** Does not contain the key. */
        @Override
        public String toString() {
            return "connection to " + baseUrl.getScheme() + "://" + baseUrl.getAuthority();
        }
    }
}

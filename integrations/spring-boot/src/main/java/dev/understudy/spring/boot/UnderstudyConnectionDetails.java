package dev.understudy.spring.boot;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Addresses and API keys of providers that override those of the properties: for containers of tests (Testcontainers, Docker
 * Compose). A provider has to be declared in the configuration; its other keys are kept.
 */
public interface UnderstudyConnectionDetails extends ConnectionDetails {

    /**
     * Returns the overridden providers.
     *
     * @return connections by name of the provider
     */
    Map<String, Connection> connections();

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

package dev.understudy.ops.config;

import dev.understudy.chat.ChatProvider;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Endpoint.CredentialsSource;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A configured provider. Two are equal when they lead to the same provider.
 *
 * @param name name in the document, logs, events and metrics
 * @param source origin of the provider
 * @param providerOptions options in a chain, without health checks
 * @param healthCheck values of health checks
 */
public record ProviderSpec(String name, Source source, ProviderOptions providerOptions, ConfigValues healthCheck) {

    /** Origin of a provider. */
    public sealed interface Source {}

    /** The application supplies the provider. */
    record Supplied() implements Source {}

    /** @param openAiCompatibility for Chat Completions; {@code null} for other wire protocols */
    record Remote(
            WireProtocol wireProtocol,
            Endpoint endpoint,
            @Nullable OpenAiCompatibility openAiCompatibility) implements Source {}

    ProviderSpec named(String name) {
        Source here = source instanceof Remote remote
                ? new Remote(remote.wireProtocol, remote.endpoint.withName(name), remote.openAiCompatibility)
                : source;
        return new ProviderSpec(name, here, providerOptions, healthCheck);
    }

    /** Creates the provider, or returns the supplied one of this name. */
    public ChatProvider provider(Map<String, ChatProvider> supplied) {
        if (source instanceof Remote remote) {
            ChatProvider made = remote.wireProtocol.provider(remote.endpoint, remote.openAiCompatibility);
            String path = healthCheck.find(HealthCheckKeys.ENDPOINT);
            return path == null ? made : Providers.probedAt(made, path);
        }
        ChatProvider brought = supplied.get(name);
        if (brought == null) {
            throw new InvalidValueException(
                    "providers/" + name,
                    "is supplied by nobody",
                    "give it to Agents.Builder.supply, or leave it out here");
        }
        return brought;
    }

    /** Returns the specification with a source of credentials in place of keys; unchanged if the application supplies the provider. */
    public ProviderSpec withCredentials(CredentialsSource credentials) {
        return source instanceof Remote remote
                ? new ProviderSpec(
                        name,
                        new Remote(
                                remote.wireProtocol,
                                remote.endpoint.withCredentials(credentials),
                                remote.openAiCompatibility),
                        providerOptions,
                        healthCheck)
                : this;
    }

    /** Returns true if the other specification leads to the same provider; its options in a chain may differ. */
    public boolean leadsToSameAs(ProviderSpec other) {
        return name.equals(other.name)
                && source.equals(other.source)
                && Objects.equals(
                        healthCheck.find(HealthCheckKeys.ENDPOINT), other.healthCheck.find(HealthCheckKeys.ENDPOINT));
    }

    public boolean isSupplied() {
        return source instanceof Supplied;
    }
}

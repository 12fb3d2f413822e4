package dev.understudy.ops.config;

import dev.understudy.chat.ChatProvider;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A provider as it is configured. Equal if it would be the same again.
 *
 * @param name in trails, events, metrics, and in the document
 * @param source how it comes about
 * @param providerOptions how it takes part in a chain, health checks aside
 * @param healthCheck what is said of them
 */
public record ProviderSpec(String name, Source source, ProviderOptions providerOptions, ConfigValues healthCheck) {

    /** How a provider comes about. */
    public sealed interface Source {}

    /** The application brings it. */
    record Supplied() implements Source {}

    /** @param openAiCompatibility for Chat Completions; {@code null} for other wires */
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

    /** Makes it, or finds it among those that the application brings. */
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

    public boolean isSupplied() {
        return source instanceof Supplied;
    }
}

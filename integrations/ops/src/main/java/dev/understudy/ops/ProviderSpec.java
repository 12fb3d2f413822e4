package dev.understudy.ops;

import dev.understudy.Seat;
import dev.understudy.chat.ChatProvider;
import dev.understudy.provider.Endpoint;
import dev.understudy.provider.Providers;
import dev.understudy.provider.Quirks;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A provider as it is configured. Equal if it would be the same again.
 *
 * @param name in trails, events, metrics, and in the document
 * @param source how it comes about
 * @param seat how it takes part in a chain, health checks aside
 * @param healthCheck what is said of them
 */
record ProviderSpec(String name, Source source, Seat seat, Values healthCheck) {

    /** How a provider comes about. */
    sealed interface Source {}

    /** The application brings it. */
    record Supplied() implements Source {}

    /** @param quirks for Chat Completions; {@code null} for other wires */
    record Remote(
            Speech speech, Endpoint endpoint, @Nullable Quirks quirks) implements Source {}

    ProviderSpec named(String name) {
        Source here = source instanceof Remote remote
                ? new Remote(remote.speech, remote.endpoint.withName(name), remote.quirks)
                : source;
        return new ProviderSpec(name, here, seat, healthCheck);
    }

    /** Makes it, or finds it among those that the application brings. */
    ChatProvider provider(Map<String, ChatProvider> supplied) {
        if (source instanceof Remote remote) {
            ChatProvider made = remote.speech.provider(remote.endpoint, remote.quirks);
            String path = healthCheck.find(HealthKeys.ENDPOINT);
            return path == null ? made : Providers.probedAt(made, path);
        }
        ChatProvider brought = supplied.get(name);
        if (brought == null) {
            throw new Wrong(
                    "providers/" + name,
                    "is supplied by nobody",
                    "give it to Agents.Builder.supply, or leave it out here");
        }
        return brought;
    }

    boolean isSupplied() {
        return source instanceof Supplied;
    }
}

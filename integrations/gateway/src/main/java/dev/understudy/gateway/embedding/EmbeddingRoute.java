package dev.understudy.gateway.embedding;

import dev.understudy.provider.endpoint.Secret;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A server that serves a model.
 *
 * @param name name in events and response headers
 * @param url base address, as of OpenAI's API: {@code https://api.openai.com/v1}
 * @param key API key; {@code null} for none
 * @param model the model as the server names it
 * @param price price of a million tokens; {@code null} if it is not known
 */
record EmbeddingRoute(
        String name,
        URI url,
        @Nullable Secret key,
        String model,
        @Nullable Double price) {}

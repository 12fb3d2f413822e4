package dev.understudy.gateway.embedding;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.event.Listener;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/** Models of embeddings, each with the routes that serve it. Thread-safe. */
public final class Embeddings implements AutoCloseable {

    private final Map<String, Understudy> models;

    private Embeddings(Map<String, Understudy> models) {
        this.models = models;
    }

    /**
     * Returns models that can be called.
     *
     * @param listener receives the events of calls
     */
    public static Embeddings open(EmbeddingModels configured, Listener listener) {
        Map<String, Understudy> models = new LinkedHashMap<>();
        configured.routes().forEach((model, routes) -> models.put(model, understudy(model, routes, listener)));
        return new Embeddings(models);
    }

    private static Understudy understudy(String model, List<EmbeddingRoute> routes, Listener listener) {
        UnderstudyBuilder builder = Understudy.builder().name(model).listener(listener);
        routes.forEach(route -> builder.provider(new EmbeddingProvider(route)));
        return builder.build();
    }

    /**
     * Asks the routes of the model that a request names, in order.
     *
     * @param request body of the request
     * @throws BadRequest if the request cannot be answered
     */
    public Mono<ChatResponse> call(JsonFields request) {
        String model = request.text("model");
        Understudy understudy = models.get(model);
        if (understudy == null) {
            throw BadRequest.request(404, "model_not_found", "There are no embeddings of " + model + " here");
        }
        if (!request.has("input")) {
            throw BadRequest.field("input", "input is missing");
        }
        ObjectNode body = ((ObjectNode) request.node()).deepCopy();
        body.remove("model");
        return understudy.chat(ChatRequest.of(model, List.of(Message.user(body.toString()))));
    }

    /** Returns the model with this name; {@code null} if there is none. */
    public @Nullable Understudy model(String name) {
        return models.get(name);
    }

    /** Returns the body of an answer. */
    public static String body(ChatResponse response) {
        return EmbeddingProvider.body(response);
    }

    @Override
    public void close() {
        models.values().forEach(Understudy::close);
    }
}

package dev.understudy.gateway.embedding;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Models of embeddings and the routes that serve them, as configured. Immutable. */
public final class EmbeddingModels {

    private static final EmbeddingModels NONE = new EmbeddingModels(Map.of());

    private final Map<String, List<EmbeddingRoute>> routes;

    private EmbeddingModels(Map<String, List<EmbeddingRoute>> routes) {
        this.routes = new LinkedHashMap<>(routes);
    }

    /** Returns no models. */
    public static EmbeddingModels none() {
        return NONE;
    }

    /**
     * Reads a file. Blocks.
     *
     * @param environment values of variables by name
     * @throws IllegalArgumentException if the file cannot be used
     */
    public static EmbeddingModels read(Path file, Map<String, String> environment) {
        return new EmbeddingModels(EmbeddingFile.read(file, environment));
    }

    Map<String, List<EmbeddingRoute>> routes() {
        return routes;
    }
}

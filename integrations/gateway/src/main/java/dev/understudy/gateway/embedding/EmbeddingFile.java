package dev.understudy.gateway.embedding;

import dev.understudy.provider.endpoint.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads models of embeddings and their routes from a file in YAML or JSON. Errors name the field and contain no value. */
final class EmbeddingFile {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]{0,63})}");
    private static final Set<String> FIELDS = Set.of("name", "url", "key", "model", "price");

    private final Path file;
    private final Map<String, String> environment;

    private EmbeddingFile(Path file, Map<String, String> environment) {
        this.file = file;
        this.environment = environment;
    }

    /** Returns the routes of each model. Blocks. */
    static Map<String, List<EmbeddingRoute>> read(Path file, Map<String, String> environment) {
        try {
            return new EmbeddingFile(file, environment).models(YAML.readTree(Files.readString(file)));
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read");
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    file + " is no YAML, at line " + e.getLocation().getLineNr());
        }
    }

    private Map<String, List<EmbeddingRoute>> models(JsonNode document) {
        JsonNode models = document.path("embeddings");
        if (!models.isObject() || models.isEmpty() || document.size() != 1) {
            throw wrong("embeddings", "has to be an object of models, and nothing else");
        }
        Map<String, List<EmbeddingRoute>> all = new LinkedHashMap<>();
        models.properties().forEach(entry -> all.put(entry.getKey(), routes(entry.getKey(), entry.getValue())));
        return all;
    }

    private List<EmbeddingRoute> routes(String model, JsonNode entries) {
        String place = "embeddings." + model;
        if (!entries.isArray() || entries.isEmpty()) {
            throw wrong(place, "has to be a list with at least one route");
        }
        List<EmbeddingRoute> routes = new ArrayList<>();
        for (JsonNode entry : entries) {
            routes.add(route(place + "[" + routes.size() + "]", model, entry));
        }
        if (routes.stream().map(EmbeddingRoute::name).distinct().count() != routes.size()) {
            throw wrong(place, "needs routes with names of their own");
        }
        return routes;
    }

    private EmbeddingRoute route(String place, String model, JsonNode entry) {
        if (!entry.isObject()) {
            throw wrong(place, "has to be an object");
        }
        entry.properties().forEach(field -> {
            if (!FIELDS.contains(field.getKey())) {
                throw wrong(place + "." + field.getKey(), "is not known; known are key, model, name, price, url");
            }
        });
        URI url = url(place, entry.path("url").asString(""));
        return new EmbeddingRoute(
                entry.path("name").asString(url.getHost()),
                url,
                key(place, entry),
                entry.path("model").asString(model),
                price(place, entry.get("price")));
    }

    private @Nullable Double price(String place, @Nullable JsonNode node) {
        if (node != null && (!node.isNumber() || !(node.doubleValue() >= 0))) {
            throw wrong(place + ".price", "has to be a number per million tokens, 0 or more");
        }
        return node == null ? null : node.doubleValue();
    }

    private URI url(String place, String text) {
        try {
            URI url = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if (url.getHost() != null && ("https".equals(url.getScheme()) || "http".equals(url.getScheme()))) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        throw wrong(place + ".url", "has to be an http(s) address");
    }

    private @Nullable Secret key(String place, JsonNode entry) {
        if (!entry.has("key")) {
            return null;
        }
        Matcher variable = VARIABLE.matcher(entry.path("key").asString(""));
        if (!variable.matches()) {
            throw wrong(
                    place + ".key", "has to be an environment variable, ${NAME}; a key itself does not belong here");
        }
        String key = environment.getOrDefault(variable.group(1), "").strip();
        if (key.isEmpty()) {
            throw wrong(place + ".key", "is the environment variable " + variable.group(1) + ", which is not set");
        }
        return Secret.of(key);
    }

    private IllegalArgumentException wrong(String place, String message) {
        return new IllegalArgumentException(file + ": " + place + " " + message);
    }
}

package dev.understudy.gateway;

import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET /v1/models}: the agents, as a list and one by one, in the form of the API that the client speaks. */
final class ModelRoutes {

    /** Header that each client of Anthropic's API sends. */
    private static final String ANTHROPIC = "anthropic-version";

    private static final String BEGINNING = "1970-01-01T00:00:00Z";

    private final ModelDirectory modelDirectory;

    ModelRoutes(ModelDirectory modelDirectory) {
        this.modelDirectory = modelDirectory;
    }

    Publisher<Void> list(byte[] body, HttpServerRequest request, HttpServerResponse response) {
        boolean anthropic = isOfAnthropic(request.requestHeaders());
        List<String> names = modelDirectory.chains().get();
        ObjectNode list = JsonFields.JSON.createObjectNode();
        if (!anthropic) {
            list.put("object", "list");
        }
        ArrayNode data = list.putArray("data");
        names.forEach(name -> data.add(model(name, anthropic)));
        if (anthropic) {
            list.put("has_more", false);
            list.put("first_id", names.isEmpty() ? null : names.get(0));
            list.put("last_id", names.isEmpty() ? null : names.get(names.size() - 1));
        }
        return HttpBodies.json(response, 200, list.toString());
    }

    Publisher<Void> one(byte[] body, HttpServerRequest request, HttpServerResponse response) {
        String name = decoded(String.valueOf(request.param("id")));
        if (!modelDirectory.chains().get().contains(name)) {
            throw BadRequest.request(404, "model_not_found", "There is no model " + name + " here");
        }
        return HttpBodies.json(
                response,
                200,
                model(name, isOfAnthropic(request.requestHeaders())).toString());
    }

    /** Decodes a part of a path, in which a plus is no space; returns it as it is if that is not possible. */
    private static String decoded(String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException invalid) {
            return part;
        }
    }

    private static boolean isOfAnthropic(HttpHeaders headers) {
        return headers.contains(ANTHROPIC);
    }

    private static ObjectNode model(String name, boolean anthropic) {
        ObjectNode model = JsonFields.JSON.createObjectNode().put("id", name);
        return anthropic
                ? model.put("type", "model").put("display_name", name).put("created_at", BEGINNING)
                : model.put("object", "model").put("created", 0).put("owned_by", "understudy");
    }
}

package dev.understudy.gateway;

import dev.understudy.gateway.json.JsonFields;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** An HTTP client of the gateway, made of the JDK only. */
public final class GatewayClient {

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;
    private final AtomicInteger begun = new AtomicInteger();

    public GatewayClient(int port) {
        this.url = "http://127.0.0.1:" + port;
    }

    /**
     * A response.
     *
     * @param broken true if the connection ended before the body did
     */
    public record Response(int status, java.net.http.HttpHeaders headers, String body, boolean broken) {

        public JsonNode json() {
            return JsonFields.JSON.readTree(body);
        }

        public String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        /** Data of the server-sent events. */
        public List<String> data() {
            return body.lines()
                    .filter(line -> line.startsWith("data: "))
                    .map(line -> line.substring(6))
                    .toList();
        }

        public List<JsonNode> chunks() {
            return data().stream()
                    .filter(Predicate.not("[DONE]"::equals))
                    .map(JsonFields.JSON::readTree)
                    .toList();
        }

        /** Text of the answer, of a stream or of a single response. */
        public String text() {
            if (!body.startsWith("data:") && !body.startsWith(":")) {
                return json().at("/choices/0/message/content").asString("");
            }
            StringBuilder text = new StringBuilder();
            chunks().forEach(chunk ->
                    text.append(chunk.at("/choices/0/delta/content").asString("")));
            return text.toString();
        }

        public String errorCode() {
            return json().at("/error/code").asString("");
        }

        /** True for a complete stream: a finish reason, {@code [DONE]} at the end and an unbroken body. */
        public boolean complete() {
            List<String> data = data();
            return !broken
                    && !data.isEmpty()
                    && data.get(data.size() - 1).equals("[DONE]")
                    && chunks().stream().anyMatch(chunk -> chunk.at("/choices/0/finish_reason")
                            .isString());
        }

        /** Error events of the stream. */
        public List<JsonNode> errors() {
            List<JsonNode> errors = new ArrayList<>();
            for (JsonNode chunk : chunks()) {
                if (chunk.has("error")) {
                    errors.add(chunk.get("error"));
                }
            }
            return errors;
        }
    }

    Response chat(String model, String... more) {
        return post(body(model, false, more));
    }

    Response stream(String model, String... more) {
        return post(body(model, true, more));
    }

    static String body(String model, boolean stream, String... more) {
        return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Play.\"}],\"stream\":"
                + stream + (more.length == 0 ? "" : "," + String.join(",", more)) + "}";
    }

    public Response post(String body, String... headers) {
        return send(request("/v1/chat/completions", headers)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    public Response get(String path, String... headers) {
        return send(request(path, headers).GET().build());
    }

    Response send(String method, String path, String body, String... headers) {
        return send(request(path, headers)
                .header("content-type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
        return headers.length == 0 ? request : request.headers(headers);
    }

    /** Returns the number of responses of which a part of the body was received. */
    int begun() {
        return begun.get();
    }

    private Response send(HttpRequest request) {
        AtomicBoolean first = new AtomicBoolean(true);
        ReadResponse response = ReadResponse.to(client, request, () -> {}, body -> {
            if (first.getAndSet(false)) {
                begun.incrementAndGet();
            }
            return false;
        });
        return new Response(response.status(), response.headers(), response.body(), response.broken());
    }
}

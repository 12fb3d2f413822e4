package dev.understudy.gateway;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A client of kept streams, which can leave after any number of events, and come back with the id of the last one. */
final class KeptClient {

    /** An API that clients speak. */
    enum Api {
        COMPLETIONS("/v1/chat/completions", "data: [DONE]", """
                {"model":"%s","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Count."}]}
                """),
        MESSAGES("/v1/messages", "event: message_stop", """
                {"model":"%s","stream":true,"max_tokens":100,"messages":[{"role":"user","content":"Count."}]}
                """),
        RESPONSES("/v1/responses", "event: response.completed", """
                {"model":"%s","stream":true,"input":"Count."}
                """);

        private final String path;
        private final String last;
        private final String request;

        Api(String path, String last, String request) {
            this.path = path;
            this.last = last;
            this.request = request;
        }

        String path() {
            return path;
        }

        String request(String model) {
            return request.formatted(model).strip();
        }

        boolean isComplete(List<String> events) {
            return !events.isEmpty() && events.get(events.size() - 1).contains(last);
        }
    }

    /**
     * Received part of a response.
     *
     * @param events whole events, without comments
     * @param broken true if the connection ended before the body did
     */
    record Part(int status, String address, List<String> events, String body, boolean broken) {

        /** Returns the id of the last event that has one; "" if there is none. */
        String lastId() {
            String last = "";
            for (String event : events) {
                last = event.startsWith("id: ") ? event.substring(4, event.indexOf('\n')) : last;
            }
            return last;
        }
    }

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;
    private final String key;
    private final AtomicInteger responses = new AtomicInteger();

    /** @param key key of the client; "" for none */
    KeptClient(int port, String key) {
        this.url = "http://127.0.0.1:" + port;
        this.key = key;
    }

    /** Starts an answer, or comes back with an id, and leaves after some events. */
    Part post(Api api, String model, String lastEventId, int most) {
        HttpRequest.Builder request = request(api.path(), lastEventId)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(api.request(model)));
        return read(request.build(), most);
    }

    /** Starts an answer to a question, and reads all of it. */
    Part ask(Api api, String question) {
        HttpRequest.Builder request = request(api.path(), "")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(api.request("m").replace("Count.", question)));
        return read(request.build(), Integer.MAX_VALUE);
    }

    /** Reads a stream at its address, and leaves after some events. */
    Part get(String address, String lastEventId, int most) {
        return read(request(address, lastEventId).build(), most);
    }

    /** Returns the number of responses that have begun. */
    int responses() {
        return responses.get();
    }

    private HttpRequest.Builder request(String path, String lastEventId) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
        if (!key.isEmpty()) {
            request.header("x-api-key", key);
        }
        return lastEventId.isEmpty() ? request : request.header("Last-Event-ID", lastEventId);
    }

    private Part read(HttpRequest request, int most) {
        ReadResponse response = ReadResponse.to(
                http,
                request,
                responses::incrementAndGet,
                body -> events(body.get()).size() >= most);
        List<String> events = events(response.body());
        return new Part(
                response.status(),
                response.headers().firstValue(KeptCalls.HEADER).orElse(""),
                List.copyOf(events.subList(0, Math.min(most, events.size()))),
                response.body(),
                response.broken());
    }

    private static List<String> events(String body) {
        int end = body.lastIndexOf("\n\n");
        return end < 0
                ? List.of()
                : Arrays.stream(body.substring(0, end).split("\n\n"))
                        .filter(event -> !event.startsWith(":"))
                        .toList();
    }
}

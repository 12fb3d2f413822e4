package dev.understudy.ops.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One admin route.
 *
 * @param method {@code GET}, or {@code POST} with a JSON object as body
 * @param template path with parameter names in braces
 * @param handler produces the response
 */
record AdminRoute(String method, String template, Handler handler) {

    /**
     * An authorized request.
     *
     * @param path values of the path parameters
     * @param query query parameters, the last value of each name
     * @param body JSON object; empty without a body
     * @param writes true if the token allows writing
     * @param lastEventId id of the last event that a client of an event stream received; "" for none
     */
    record Request(
            Map<String, String> path,
            Map<String, String> query,
            Map<String, @Nullable Object> body,
            boolean writes,
            String lastEventId) {
        String pathParameter(String name) {
            String value = path.get(name);
            if (value == null) {
                throw new IllegalStateException("The template names no " + name);
            }
            return value;
        }
    }

    /** A response. */
    sealed interface Answer {}

    /** A JSON document given as maps and lists. */
    record Document(Map<String, @Nullable Object> body) implements Answer {}

    /** A JSON document given as bytes. */
    record Bytes(byte[] json) implements Answer {}

    /**
     * Server-sent events, each with its terminating empty line.
     *
     * @param end called once, when the response has ended or was cancelled
     */
    record Events(Flux<byte[]> events, Runnable end) implements Answer {}

    @FunctionalInterface
    interface Handler {
        /** Answers a request; fails with {@link Problem} for a typed error response. */
        Mono<? extends Answer> answer(Request request);
    }

    static AdminRoute get(String template, Handler handler) {
        return new AdminRoute("GET", template, handler);
    }

    static AdminRoute post(String template, Handler handler) {
        return new AdminRoute("POST", template, handler);
    }

    /** Returns {@code true} if the route needs the write scope. */
    boolean changes() {
        return method.equals("POST");
    }

    /** Returns the values of the path parameters; {@code null} if the path does not match. */
    @Nullable
    Map<String, String> match(List<String> segments) {
        List<String> wanted = List.of(template.substring(1).split("/"));
        if (wanted.size() != segments.size()) {
            return null;
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            String name = wanted.get(i);
            String segment = segments.get(i);
            if (name.startsWith("{")) {
                values.put(name.substring(1, name.length() - 1), segment);
            } else if (!name.equals(segment)) {
                return null;
            }
        }
        return values;
    }
}

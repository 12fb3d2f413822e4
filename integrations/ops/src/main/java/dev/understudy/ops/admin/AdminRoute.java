package dev.understudy.ops.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One thing that can be asked of the admin routes.
 *
 * @param method {@code GET}, or {@code POST} with an object for a body
 * @param template the path, with names in braces
 * @param handler what is done
 */
record AdminRoute(String method, String template, Handler handler) {

    /**
     * A request that was let in.
     *
     * @param path the values of the names in the template
     * @param query of the URL, the last of each name
     * @param body an object; empty without a body
     */
    record Asked(Map<String, String> path, Map<String, String> query, Map<String, @Nullable Object> body) {
        String named(String name) {
            String value = path.get(name);
            if (value == null) {
                throw new IllegalStateException("The template names no " + name);
            }
            return value;
        }
    }

    /** What is answered. */
    sealed interface Answer {}

    /** JSON, as maps and lists. */
    record Document(Map<String, @Nullable Object> body) implements Answer {}

    /** JSON as it is. */
    record Written(byte[] json) implements Answer {}

    /** Server-sent events, each with its empty line. */
    record Events(Flux<byte[]> events) implements Answer {}

    @FunctionalInterface
    interface Handler {
        /** Fails with {@link Problem} for what can be told. */
        Mono<? extends Answer> answer(Asked asked);
    }

    static AdminRoute get(String template, Handler handler) {
        return new AdminRoute("GET", template, handler);
    }

    static AdminRoute post(String template, Handler handler) {
        return new AdminRoute("POST", template, handler);
    }

    /** Only those who may write may do it. */
    boolean changes() {
        return method.equals("POST");
    }

    /** The values of the names in the template; {@code null} if this is another path. */
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

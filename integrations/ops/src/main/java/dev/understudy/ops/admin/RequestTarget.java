package dev.understudy.ops.admin;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The target of a request.
 *
 * @param path as sent, without the query
 * @param segments segments of the path, decoded
 * @param query the last value of each name, decoded
 */
record RequestTarget(String path, List<String> segments, Map<String, String> query) {

    static RequestTarget of(String target) {
        String local = target.replaceFirst("^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "");
        String[] parts = local.replaceFirst("#.*", "").split("\\?", 2);
        List<String> segments = new ArrayList<>();
        for (String segment : parts[0].replaceFirst("^/", "").split("/", -1)) {
            segments.add(decoded(segment.replace("+", "%2B")));
        }
        Map<String, String> query = new LinkedHashMap<>();
        for (String pair : parts.length == 1 ? new String[0] : parts[1].split("&")) {
            String[] halves = pair.split("=", 2);
            query.put(decoded(halves[0]), halves.length == 1 ? "" : decoded(halves[1]));
        }
        return new RequestTarget(parts[0], segments, query);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Problem.of(
                    400, "malformed-url", "Malformed URL", "The URL has a % that two hex digits do not follow");
        }
    }
}

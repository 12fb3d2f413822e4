package dev.understudy.provider;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A model's name as one segment of a path: slashes, colons and spaces in it are spelled as bytes. */
final class PathSegment {

    private PathSegment() {}

    static String of(String model) {
        return URLEncoder.encode(model, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

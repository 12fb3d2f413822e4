package dev.understudy.provider.text;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A model's name as one segment of a path: slashes, colons and spaces in it are spelled as bytes. */
public final class PathSegment {

    private PathSegment() {}

    public static String of(String model) {
        return URLEncoder.encode(model, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

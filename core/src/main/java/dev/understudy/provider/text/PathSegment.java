package dev.understudy.provider.text;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A model's name as one segment of a path: slashes, colons and spaces in it are spelled as bytes. */
public final class PathSegment {

    private PathSegment() {}

    public static String of(String model) {
        return isPlain(model) ? model : encoded(model);
    }

    private static boolean isPlain(String model) {
        for (int i = 0; i < model.length(); i++) {
            char c = model.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '_'
                    || c == '.';
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    private static String encoded(String model) {
        return URLEncoder.encode(model, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

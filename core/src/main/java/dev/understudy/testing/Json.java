package dev.understudy.testing;

import org.jspecify.annotations.Nullable;

/** As much JSON as a stage needs: quoting what is said, and a look at the top level of what was asked. */
final class Json {

    private Json() {}

    static String quote(@Nullable String value) {
        if (value == null) {
            return "null";
        }
        StringBuilder out = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c == '\n') {
                out.append("\\n");
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    /** The text of a field of the outermost object, a string with its quotes; {@code null} when there is none. */
    static @Nullable String field(String json, String name) {
        int depth = 0;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '"') {
                int close = closing(json, i);
                if (depth == 1 && json.substring(i + 1, close).equals(name)) {
                    int colon = solid(json, close + 1);
                    if (colon < json.length() && json.charAt(colon) == ':') {
                        return value(json, colon + 1);
                    }
                }
                i = close;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
            }
        }
        return null;
    }

    /** A string field of the outermost object, without its quotes; {@code null} when there is none. */
    static @Nullable String string(String json, String name) {
        String value = field(json, name);
        return value == null || !value.startsWith("\"")
                ? null
                : value.substring(1, value.length() - 1).replaceAll("\\\\([\"\\\\/])", "$1");
    }

    private static String value(String json, int from) {
        int depth = 0;
        int end = from;
        for (; end < json.length(); end++) {
            char c = json.charAt(end);
            if (c == '"') {
                end = closing(json, end);
            } else if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                if (depth == 0) {
                    break;
                }
                depth--;
            } else if (c == ',' && depth == 0) {
                break;
            }
        }
        return json.substring(from, Math.min(end, json.length())).strip();
    }

    private static int closing(String json, int open) {
        for (int i = open + 1; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                return i;
            }
        }
        return json.length();
    }

    private static int solid(String json, int from) {
        int i = from;
        while (i < json.length() && Character.isWhitespace(json.charAt(i))) {
            i++;
        }
        return i;
    }
}

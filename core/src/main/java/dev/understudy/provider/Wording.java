package dev.understudy.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One way to say something: a pattern, and the longest text that everything it fits contains, which is looked for first
 * because that costs next to nothing.
 */
record Wording(String literal, Pattern pattern) {

    /** Ways that are parted by {@code |} between spaces, or stand on lines of their own. All in lower case. */
    static List<Wording> all(String ways) {
        List<Wording> all = new ArrayList<>();
        for (String way : ways.strip().split("\\s+\\|\\s+|\\s*\\n\\s*")) {
            all.add(new Wording(literalOf(way), Pattern.compile(way, Pattern.MULTILINE)));
        }
        return List.copyOf(all);
    }

    /** Whether any of them is said. */
    static boolean anyIn(List<Wording> ways, String lowerCase) {
        for (Wording way : ways) {
            if (lowerCase.contains(way.literal)
                    && way.pattern.matcher(lowerCase).find()) {
                return true;
            }
        }
        return false;
    }

    /** The longest run of characters outside of groups, classes and escapes that is not optional. */
    static String literalOf(String regex) {
        String longest = "";
        StringBuilder run = new StringBuilder();
        for (int i = 0; i <= regex.length(); i++) {
            char c = i < regex.length() ? regex.charAt(i) : '$';
            if (c == '?' || c == '*' || c == '{') {
                run.setLength(Math.max(0, run.length() - 1));
            }
            if ("\\.[]{}()*+?^$|".indexOf(c) < 0) {
                run.append(c);
                continue;
            }
            longest = run.length() > longest.length() ? run.toString() : longest;
            run.setLength(0);
            i = switch (c) {
                case '\\' -> i + 1;
                case '(' -> closing(regex, i, '(', ')');
                case '[' -> closing(regex, i, '[', ']');
                case '{' -> closing(regex, i, '{', '}');
                default -> i;
            };
        }
        return longest;
    }

    private static int closing(String regex, int from, char open, char close) {
        int depth = 0;
        for (int i = from; i < regex.length(); i++) {
            char c = regex.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == open) {
                depth++;
            } else if (c == close && --depth == 0) {
                return i;
            }
        }
        throw new IllegalArgumentException("Not closed: " + regex);
    }
}

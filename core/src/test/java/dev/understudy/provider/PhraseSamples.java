package dev.understudy.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes texts that a pattern of the phrase tables fits. Knows the syntax that the tables use. */
public final class PhraseSamples {

    private final String regex;
    private final Random random;
    private int at;

    private PhraseSamples(String regex, Random random) {
        this.regex = regex;
        this.random = random;
    }

    public static String of(String regex, Random random) {
        PhraseSamples samples = new PhraseSamples(regex, random);
        String text = samples.alternatives();
        if (samples.at < regex.length()) {
            throw new IllegalStateException(regex + " at " + samples.at);
        }
        return text;
    }

    private String alternatives() {
        List<String> ways = new ArrayList<>();
        ways.add(sequence());
        while (at < regex.length() && regex.charAt(at) == '|') {
            at++;
            ways.add(sequence());
        }
        return ways.get(random.nextInt(ways.size()));
    }

    private String sequence() {
        StringBuilder text = new StringBuilder();
        while (at < regex.length() && "|)".indexOf(regex.charAt(at)) < 0) {
            int start = at;
            String atom = atom();
            int end = at;
            int times = times();
            for (int i = 0; i < times; i++) {
                if (i > 0) {
                    int after = at;
                    at = start;
                    atom = atom();
                    at = Math.max(after, end);
                }
                text.append(atom);
            }
        }
        return text.toString();
    }

    private String atom() {
        char c = regex.charAt(at++);
        switch (c) {
            case '^', '$':
                return "";
            case '.':
                return " ";
            case '\\':
                return escaped(regex.charAt(at++));
            case '[':
                return picked();
            case '(':
                boolean negative = regex.startsWith("?!", at);
                at += negative || regex.startsWith("?:", at) ? 2 : 0;
                String inside = alternatives();
                at++;
                return negative ? "" : inside;
            default:
                return String.valueOf(c);
        }
    }

    private static String escaped(char c) {
        return switch (c) {
            case 'd' -> "7";
            case 'w' -> "a";
            case 'S' -> "x";
            case 's' -> " ";
            case 'b' -> "";
            case 'W' -> ".";
            default -> String.valueOf(c);
        };
    }

    private String picked() {
        int end = regex.indexOf(']', at);
        String inside = regex.substring(at, end);
        at = end + 1;
        if (inside.startsWith("^")) {
            return "x";
        }
        return inside.startsWith("\\") ? escaped(inside.charAt(1)) : String.valueOf(inside.charAt(0));
    }

    private int times() {
        if (at >= regex.length()) {
            return 1;
        }
        char c = regex.charAt(at);
        int times = 1;
        if (c == '?') {
            at++;
            times = random.nextInt(2);
        } else if (c == '*' || c == '+') {
            at++;
        } else if (c == '{') {
            int end = regex.indexOf('}', at);
            times = Math.max(1, Integer.parseInt(regex.substring(at + 1, end).split(",")[0]));
            at = end + 1;
        }
        if (at < regex.length() && "?+".indexOf(regex.charAt(at)) >= 0) {
            at++;
        }
        return times;
    }
}

package dev.understudy.ops.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Suggestions for misspelled names. */
public final class Suggestions {

    private Suggestions() {}

    /** Returns "did you mean 'retries'?", or the list of known names. */
    public static String to(String name, Collection<String> known) {
        String near = nearest(name, known);
        return isClose(name, near) ? "did you mean '" + near + "'?" : oneOf(known);
    }

    /** Returns the suggestion of a value of another key where the name is nearer to that; else one of the known names. */
    static String to(String name, Collection<String> known, String otherKey, Collection<String> others) {
        String near = nearest(name, others);
        return distance(name, near) < distance(name, nearest(name, known)) && isClose(name, near)
                ? "did you mean '" + otherKey + ": " + near + "'?"
                : to(name, known);
    }

    private static String nearest(String name, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(each -> distance(name, each)))
                .orElse("");
    }

    private static boolean isClose(String name, String near) {
        return !near.isEmpty() && distance(name, near) <= Math.max(2, near.length() / 3);
    }

    static String oneOf(Collection<String> known) {
        return known.isEmpty() ? "there are none" : "one of " + String.join(", ", known);
    }

    /** Returns the edit distance with transpositions; case, - and _ are ignored. */
    static int distance(String one, String other) {
        String a = plain(one);
        String b = plain(other);
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(cost, a, b, i, j);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int cheapest(int[][] cost, String a, String b, int i, int j) {
        int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int least = Math.min(replaced, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
    }

    private static String plain(String name) {
        String few = name.length() > 64 ? name.substring(0, 64) : name;
        return few.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
    }
}

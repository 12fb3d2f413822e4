package dev.understudy.provider.error;

import java.util.regex.Matcher;

/** Chooses parts of a text by their positions. */
@FunctionalInterface
interface TextSpan {

    /** Chooses nothing. */
    TextSpan NONE = (start, end) -> false;

    /**
     * Returns true for a part that is chosen.
     *
     * @param start position of its first character
     * @param end position behind its last character
     */
    boolean contains(int start, int end);

    /** Finds the next match that is not excluded. */
    static boolean find(Matcher matcher, TextSpan excluded) {
        while (matcher.find()) {
            if (!excluded.contains(matcher.start(), matcher.end())) {
                return true;
            }
        }
        return false;
    }
}

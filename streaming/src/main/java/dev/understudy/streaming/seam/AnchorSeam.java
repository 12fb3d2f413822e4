package dev.understudy.streaming.seam;

import org.jspecify.annotations.Nullable;

/**
 * Seam of an answer whose model was asked to repeat its last words and continue. The repetition is searched for in the
 * first few hundred characters, runs of white space being equal; text before it is dropped as preamble. An answer that
 * begins inside the quoted words is joined too, if the rest of them is long enough, and so is an answer that is
 * repeated from its first character, of any length. Without a repetition nothing is joined.
 */
public final class AnchorSeam extends Seam {

    private static final int NONE = -1;
    private static final int MORE = -2;
    private static final int DIFFERENT = -1;

    private static final String OPENING = "\"'`«„“‘‚";
    private static final String CLOSING = "\"'`»””’‘";

    private final String words;
    private final String shown;
    private final int window;
    private final int lastTail; // where the last words begin that are enough to be sure
    private final StringBuilder held = new StringBuilder();
    private int restartAt; // where an answer begins that is given again from its first character
    private int equal; // length of its part that is equal to what was shown
    private char closing; // 0 for none
    private boolean joined;

    /**
     * @param words words that the model was asked to repeat
     * @param shown delivered text, which ends with them
     * @param search number of characters that may precede the repetition
     */
    public AnchorSeam(String words, String shown, int search) {
        this.words = words;
        this.shown = shown.substring(WordBoundaries.skipSpaces(shown, 0));
        this.window = words.length() * 2 + search;
        String all = Anchor.evened(shown);
        int tail = Math.max(0, words.length() - Anchor.SURE);
        while (tail > 0 && !Anchor.isOnce(words.substring(tail), all)) {
            tail--;
        }
        this.lastTail = tail;
    }

    @Override
    public @Nullable String add(String text) {
        if (joined) {
            return unquoted(text);
        }
        held.append(text);
        followRestart();
        if (isRestart() && equal < shown.length()) {
            return ""; // the words stand at its end, and nowhere before
        }
        int end = find(false);
        if (end >= 0) {
            return join(end);
        }
        int limit = isRestart() ? window + shown.length() : window;
        return held.length() > limit ? null : "";
    }

    /** Compares the held text with the delivered answer from its first character, without leading white space. */
    private void followRestart() {
        if (equal == 0) {
            restartAt = 0;
            while (restartAt < held.length() && WordBoundaries.isSpace(held.charAt(restartAt))) {
                restartAt++;
            }
        }
        while (isRestart() && equal < shown.length() && restartAt + equal < held.length()) {
            equal = held.charAt(restartAt + equal) == shown.charAt(equal) ? equal + 1 : DIFFERENT;
        }
    }

    private boolean isRestart() {
        return equal != DIFFERENT;
    }

    @Override
    public @Nullable String end() {
        if (joined) {
            return "";
        }
        int end = find(true);
        return end >= 0 ? join(end) : null;
    }

    @Override
    public boolean isJoined() {
        return joined && closing == 0;
    }

    @Override
    public boolean isRepeated() {
        return joined && isRestart() && equal == shown.length() && words.length() < shown.length();
    }

    @Override
    public String kept() {
        return held.toString();
    }

    private String join(int end) {
        String rest = held.substring(end);
        held.setLength(0);
        joined = true;
        return unquoted(rest);
    }

    private String unquoted(String text) {
        if (closing == 0 || text.isEmpty()) {
            return text;
        }
        String rest = text.charAt(0) == closing ? text.substring(1) : text;
        closing = 0;
        return rest;
    }

    /** End of the repetition in the held text, or -1. */
    private int find(boolean over) {
        String text = held.toString();
        int lead = lead(text);
        for (int at = 0; at < text.length(); at++) {
            if (at > lead && words.length() < Anchor.SURE) {
                return NONE;
            }
            int end = ends(words, 0, text, at, over);
            if (end == NONE && at <= lead) {
                end = tail(text, at, over);
            }
            if (end >= 0) {
                return quoted(text, at, end);
            }
            if (end == MORE && !over) {
                return NONE;
            }
        }
        return NONE;
    }

    /** Finds a repetition that began inside the quoted words. */
    private int tail(String text, int start, boolean over) {
        for (int from = 1; from <= lastTail; from++) {
            if (!WordBoundaries.isSpace(words.charAt(from)) && WordBoundaries.isSpace(words.charAt(from - 1))) {
                int end = ends(words, from, text, start, over);
                if (end >= 0 || (end == MORE && !over)) {
                    return end;
                }
            }
        }
        return NONE;
    }

    /**
     * End of {@code wanted} from {@code from} on, if {@code text} has it at {@code at}; NONE, or MORE text is needed.
     */
    private static int ends(String wanted, int from, String text, int at, boolean over) {
        int i = from;
        int j = at;
        while (i < wanted.length()) {
            if (j == text.length()) {
                return MORE;
            }
            if (WordBoundaries.isSpace(wanted.charAt(i))) {
                if (!WordBoundaries.isSpace(text.charAt(j))) {
                    return NONE;
                }
                i = WordBoundaries.skipSpaces(wanted, i);
                j = WordBoundaries.skipSpaces(text, j);
                if (i == wanted.length() && j == text.length() && !over) {
                    return MORE; // the run of spaces may go on in the next piece
                }
            } else if (wanted.charAt(i++) != text.charAt(j++)) {
                return NONE;
            }
        }
        return j;
    }

    /** Skips white space, quotation marks and dots before the first word. */
    private static int lead(String text) {
        int at = 0;
        while (at < text.length()
                && (WordBoundaries.isSpace(text.charAt(at)) || (OPENING + ".…>*").indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        return at;
    }

    /** Notes the closing quotation mark after a repetition in quotation marks, which is not part of the answer. */
    private int quoted(String text, int start, int end) {
        int open = start == 0 ? -1 : OPENING.indexOf(text.charAt(start - 1));
        closing = open < 0 ? 0 : CLOSING.charAt(open);
        return end;
    }
}

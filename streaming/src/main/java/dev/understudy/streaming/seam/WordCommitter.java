package dev.understudy.streaming.seam;

/**
 * Lets text out up to the end of its last complete word and holds the rest, so that whatever was let out can be continued
 * by somebody else. What is let out never ends in white space and never inside a character; the last character is
 * always held, for what comes next may belong to it. Not thread-safe.
 */
public final class WordCommitter {

    private final int most;
    private String held = "";
    private String half = ""; // the first half of a surrogate pair, when a piece ended with it

    /**
     * @param most how many characters of one word are held before it is let out in parts
     */
    public WordCommitter(int most) {
        this.most = most;
    }

    /** Takes text in any pieces, surrogate pairs cut in half included. Gives what may be shown, often "". */
    public String add(String piece) {
        String text = whole(piece);
        int end = lastEnd(text);
        if (end >= 0) {
            return letOut(end, text);
        }
        if (held.length() + text.length() > most) {
            int exit = lastExit(text);
            if (exit > 0) {
                return letOut(exit - held.length(), text);
            }
        }
        held = held.concat(text);
        return "";
    }

    /** All that is held: the answer, or this part of it, is over. */
    public String flush() {
        String out = held();
        held = "";
        half = "";
        return out;
    }

    /** What was taken and not let out. */
    public String held() {
        return held.concat(half);
    }

    private String whole(String piece) {
        if (piece.isEmpty()) {
            return piece;
        }
        String text = half.concat(piece);
        int last = text.length() - 1;
        if (Character.isHighSurrogate(text.charAt(last))) {
            half = text.substring(last);
            return text.substring(0, last);
        }
        half = "";
        return text;
    }

    /** Cuts {@code held + text} at {@code end}, counted in {@code text} and therefore negative within what is held. */
    private String letOut(int end, String text) {
        String out;
        if (end > 0) {
            out = held.concat(text.substring(0, end));
            held = text.substring(end);
        } else {
            int at = held.length() + end;
            out = held.substring(0, at);
            held = held.substring(at).concat(text);
        }
        return out;
    }

    /** Where in {@code text} the last word ends: 0 when all that is held is whole words, -1 when none ends here. */
    private int lastEnd(String text) {
        int first = held.isEmpty() ? 1 : 0;
        String joined = null;
        for (int i = text.length() - 1; i >= first; i--) {
            char after = text.charAt(i);
            char before = i > 0 ? text.charAt(i - 1) : held.charAt(held.length() - 1);
            if (after < 0x300 && before < 0x300) {
                if (WordBoundaries.isSpace(after) && !WordBoundaries.isSpace(before)) {
                    return i;
                }
            } else {
                joined = joined == null ? held.concat(text) : joined;
                if (WordBoundaries.isEnd(joined, held.length() + i)) {
                    return i;
                }
            }
        }
        return -1;
    }

    private int lastExit(String text) {
        String joined = held.concat(text);
        for (int i = joined.length() - 1; i > 0; i--) {
            if (WordBoundaries.isEmergencyExit(joined, i)) {
                return i;
            }
        }
        return -1;
    }
}

package dev.understudy.streaming.seam;

/**
 * Releases text up to the end of its last complete word and holds the rest, so that another model can continue the
 * released text. Released text never ends in white space or inside a character; the last character is always held,
 * because the next one may combine with it. Not thread-safe.
 */
public final class WordCommitter {

    private final int most;
    private final StringBuilder released = new StringBuilder(); // reused: empty between calls
    private String held = "";
    private String half = ""; // the first half of a surrogate pair, when a piece ended with it

    /**
     * @param most characters of one word that are held before it is released in parts
     */
    public WordCommitter(int most) {
        this.most = most;
    }

    /** Adds text in any pieces, including halves of surrogate pairs. Returns the released text, often "". */
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
        held = join(held, text);
        return "";
    }

    /** Releases all held text at the end of the answer or of its part. */
    public String flush() {
        String out = held();
        held = "";
        half = "";
        return out;
    }

    /** Text that was added and not released. */
    public String held() {
        return join(held, half);
    }

    /** Concatenates without a copy when one of both is empty; {@link String#concat} makes one. */
    private static String join(String first, String second) {
        return first.isEmpty() ? second : second.isEmpty() ? first : first.concat(second);
    }

    private String whole(String piece) {
        if (piece.isEmpty()) {
            return piece;
        }
        String text = join(half, piece);
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
            out = held.isEmpty()
                    ? text.substring(0, end)
                    : released.append(held).append(text, 0, end).toString();
            released.setLength(0);
            held = end == text.length() - 1 && text.charAt(end) == ' ' ? " " : text.substring(end);
        } else {
            int at = held.length() + end;
            out = held.substring(0, at);
            held = join(held.substring(at), text);
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

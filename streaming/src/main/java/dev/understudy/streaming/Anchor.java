package dev.understudy.streaming;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import org.jspecify.annotations.Nullable;

/**
 * The seam of an answer whose model was asked to repeat its last words and go on. The repeat is looked for in the first
 * few hundred characters, runs of white space being equal; what comes before it is dropped as preamble. A model that begins
 * inside the quoted words is joined too, if enough of them are left to be sure. Without a repeat nothing is spliced.
 */
final class Anchor extends Seam {

    /** Fewer characters than these prove nothing, unless they stand at the very beginning. */
    private static final int SURE = 16;

    private static final int NONE = -1;
    private static final int MORE = -2;

    private static final String OPENING = "\"'`«„“‘‚";
    private static final String CLOSING = "\"'`»””’‘";

    private final String words;
    private final int window;
    private final int lastTail; // where the last words begin that are enough to be sure
    private final StringBuilder held = new StringBuilder();
    private char closing; // 0 for none
    private boolean joined;

    private Anchor(String words, String shown, int search) {
        this.words = words;
        this.window = words.length() * 2 + search;
        String all = evened(shown);
        int tail = Math.max(0, words.length() - SURE);
        while (tail > 0 && !isOnce(words.substring(tail), all)) {
            tail--;
        }
        this.lastTail = tail;
    }

    /**
     * The last words of what was shown: about {@code length} characters, from the beginning of a word, and more where so
     * many occur twice.
     *
     * @return {@code null} when no end of the text, up to four times the length, is unlike all the rest of it
     */
    static @Nullable String of(String shown, int length) {
        for (int wanted = length; wanted <= 4 * length; wanted += length) {
            int from = back(shown, wanted);
            if (from == 0) {
                return shown.stripLeading();
            }
            String words = shown.substring(wordStart(shown, from));
            if (words.length() >= SURE && isOnce(words, evened(shown))) {
                return words;
            }
        }
        return null;
    }

    /** Where so many of the last characters begin, each run of white space being one. */
    private static int back(String text, int wanted) {
        int left = wanted;
        int at = text.length();
        while (at > 0 && left > 0) {
            at--;
            if (at == 0 || !Words.isSpace(text.charAt(at)) || !Words.isSpace(text.charAt(at - 1))) {
                left--;
            }
        }
        return at;
    }

    /** Where the word that {@code index} is in begins, if that is near; else a place between two characters. */
    private static int wordStart(String text, int index) {
        for (int at = index; at > 0 && index - at < 2 * SURE; at--) {
            if (Words.isSpace(text.charAt(at - 1)) || Words.isEnd(text, at)) {
                return skipSpaces(text, at);
            }
        }
        int at = index;
        while (at > 0 && !Graphemes.isBoundary(text, at)) {
            at--;
        }
        return at;
    }

    /** The request to repeat these words, the last of what was shown, and go on. */
    static ChatRequest ask(ChatRequest request, String shown, String words) {
        return request.plus(Message.assistant(shown))
                .plus(Message.user(
                        "The connection dropped while you were answering. The last words that arrived are between"
                                + " the two lines below.\n---\n" + words
                                + "\n---\nRepeat exactly these words first, then go on"
                                + " from there to the end of your answer. Say nothing else: no greeting, no apology, no quotation"
                                + " marks, and nothing of what came before these words."));
    }

    /**
     * @param words what the model was asked to repeat
     * @param shown all that was shown, which ends with them
     * @param search how many characters may stand before the repeat
     */
    static Anchor repeated(String words, String shown, int search) {
        return new Anchor(words, shown, search);
    }

    /** Whether these words stand at the end of the text and nowhere else in it. */
    private static boolean isOnce(String words, String evened) {
        String even = evened(words);
        return evened.indexOf(even) == evened.length() - even.length();
    }

    /** With one space for each run of white space. */
    private static String evened(String text) {
        StringBuilder even = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            boolean space = Words.isSpace(text.charAt(i));
            if (!space) {
                even.append(text.charAt(i));
            } else if (i == 0 || !Words.isSpace(text.charAt(i - 1))) {
                even.append(' ');
            }
        }
        return even.toString();
    }

    @Override
    @Nullable
    String add(String text) {
        if (joined) {
            return unquoted(text);
        }
        held.append(text);
        int end = find(false);
        if (end >= 0) {
            return join(end);
        }
        return held.length() > window ? null : "";
    }

    @Override
    @Nullable
    String end() {
        if (joined) {
            return "";
        }
        int end = find(true);
        return end >= 0 ? join(end) : null;
    }

    @Override
    boolean isJoined() {
        return joined && closing == 0;
    }

    @Override
    String kept() {
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

    /** Where the repeat ends in what is held, or -1. */
    private int find(boolean over) {
        String text = held.toString();
        int lead = lead(text);
        for (int at = 0; at < text.length(); at++) {
            if (at > lead && words.length() < SURE) {
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

    /** The model began somewhere inside the quoted words. */
    private int tail(String text, int start, boolean over) {
        for (int from = 1; from <= lastTail; from++) {
            if (!Words.isSpace(words.charAt(from)) && Words.isSpace(words.charAt(from - 1))) {
                int end = ends(words, from, text, start, over);
                if (end >= 0 || (end == MORE && !over)) {
                    return end;
                }
            }
        }
        return NONE;
    }

    /** Where {@code wanted} from {@code from} on, found in {@code text} at {@code at}, ends; NONE, or MORE text is needed. */
    private static int ends(String wanted, int from, String text, int at, boolean over) {
        int i = from;
        int j = at;
        while (i < wanted.length()) {
            if (j == text.length()) {
                return MORE;
            }
            if (Words.isSpace(wanted.charAt(i))) {
                if (!Words.isSpace(text.charAt(j))) {
                    return NONE;
                }
                i = skipSpaces(wanted, i);
                j = skipSpaces(text, j);
                if (i == wanted.length() && j == text.length() && !over) {
                    return MORE; // the run of spaces may go on in the next piece
                }
            } else if (wanted.charAt(i++) != text.charAt(j++)) {
                return NONE;
            }
        }
        return j;
    }

    private static int skipSpaces(String text, int at) {
        int i = at;
        while (i < text.length() && Words.isSpace(text.charAt(i))) {
            i++;
        }
        return i;
    }

    /** Skips white space, quotation marks and dots that stand before the first word. */
    private static int lead(String text) {
        int at = 0;
        while (at < text.length()
                && (Words.isSpace(text.charAt(at)) || (OPENING + ".…>*").indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        return at;
    }

    /** A repeat in quotation marks is followed by the closing one, which is not part of the answer. */
    private int quoted(String text, int start, int end) {
        int open = start == 0 ? -1 : OPENING.indexOf(text.charAt(start - 1));
        closing = open < 0 ? 0 : CLOSING.charAt(open);
        return end;
    }
}

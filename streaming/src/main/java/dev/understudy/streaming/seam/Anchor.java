package dev.understudy.streaming.seam;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import org.jspecify.annotations.Nullable;

/**
 * Last words of the delivered text, which a model is asked to repeat before it continues. An {@link AnchorSeam} finds
 * the repetition and joins the text.
 */
public final class Anchor {

    /** Least length of words that prove a repetition, except at the very beginning. */
    static final int SURE = 16;

    private Anchor() {}

    /**
     * The last words of the delivered text: about {@code length} characters from the beginning of a word, and more
     * where these occur twice.
     *
     * @return {@code null} when no end of the text, up to four times the length, is unique in it
     */
    public static @Nullable String of(String shown, int length) {
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

    /** Start of the last {@code wanted} characters, each run of white space being one. */
    private static int back(String text, int wanted) {
        int left = wanted;
        int at = text.length();
        while (at > 0 && left > 0) {
            at--;
            if (at == 0 || !WordBoundaries.isSpace(text.charAt(at)) || !WordBoundaries.isSpace(text.charAt(at - 1))) {
                left--;
            }
        }
        return at;
    }

    /** Start of the word at {@code index}, if near; else a place between two characters. */
    private static int wordStart(String text, int index) {
        for (int at = index; at > 0 && index - at < 2 * SURE; at--) {
            if (WordBoundaries.isSpace(text.charAt(at - 1)) || WordBoundaries.isEnd(text, at)) {
                return WordBoundaries.skipSpaces(text, at);
            }
        }
        int at = index;
        while (at > 0 && !Graphemes.isBoundary(text, at)) {
            at--;
        }
        return at;
    }

    /** The request to repeat the last delivered words and continue. */
    public static ChatRequest ask(ChatRequest request, String shown, String words) {
        return request.plus(Message.assistant(shown))
                .plus(Message.user(
                        "The connection dropped while you were answering. The last words that arrived are between"
                                + " the two lines below.\n---\n" + words
                                + "\n---\nRepeat exactly these words first, then go on"
                                + " from there to the end of your answer. Say nothing else: no greeting, no apology, no quotation"
                                + " marks, and nothing of what came before these words."));
    }

    /** True if the words are the end of the text and occur nowhere else in it. */
    static boolean isOnce(String words, String evened) {
        String even = evened(words);
        return evened.indexOf(even) == evened.length() - even.length();
    }

    /** The text with one space for each run of white space. */
    static String evened(String text) {
        StringBuilder even = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            boolean space = WordBoundaries.isSpace(text.charAt(i));
            if (!space) {
                even.append(text.charAt(i));
            } else if (i == 0 || !WordBoundaries.isSpace(text.charAt(i - 1))) {
                even.append(' ');
            }
        }
        return even.toString();
    }
}

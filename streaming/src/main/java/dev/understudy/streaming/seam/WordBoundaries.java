package dev.understudy.streaming.seam;

/** Ends of words. In scripts without spaces between words, and among pictographs, every character may end a word. */
public final class WordBoundaries {

    // Sorted pairs: first and last code point of blocks written without spaces, and of pictographs.
    private static final int[] UNSPACED = {
        0x0E00, 0x109F, // Thai, Lao, Tibetan, Myanmar
        0x1780, 0x17FF, // Khmer
        0x1950, 0x19FF, // Tai Le, New Tai Lue, Khmer symbols
        0x1A20, 0x1AAF, // Tai Tham
        0x1B00, 0x1B7F, // Balinese
        0x2600, 0x27BF, // symbols, dingbats
        0x2B00, 0x2BFF,
        0x2E80, 0x9FFF, // radicals, CJK punctuation, kana, bopomofo, Han
        0xA000, 0xA4CF, // Yi
        0xA980, 0xAADF, // Javanese, Myanmar extended, Tai Viet
        0xF900, 0xFAFF, // Han compatibility
        0xFE30, 0xFE4F,
        0xFF00, 0xFFEF, // full and half width forms
        0x16FE0, 0x18CFF, // Tangut
        0x1AFF0, 0x1B2FF, // kana supplement
        0x1F000, 0x1FAFF, // pictures
        0x20000, 0x3FFFF, // Han extensions
    };

    private WordBoundaries() {}

    /**
     * True if text may be cut at {@code index}: after a complete character that is not white space, with the next word,
     * or the white space before it, already begun. {@code 0 < index < length}.
     */
    static boolean isEnd(CharSequence text, int index) {
        int before = Character.codePointBefore(text, index);
        if (isSpace(before)) {
            return false;
        }
        int after = Character.codePointAt(text, index);
        return (isSpace(after) || isUnspaced(before) || isUnspaced(after)) && Graphemes.isBoundary(text, index);
    }

    /**
     * True if text may be cut here when a word is too long to be held: after a complete character that is not white
     * space.
     */
    static boolean isEmergencyExit(CharSequence text, int index) {
        return !isSpace(Character.codePointBefore(text, index)) && Graphemes.isBoundary(text, index);
    }

    public static boolean isSpace(int c) {
        return c < 0x80 ? c == ' ' || (c <= 0x1F && c >= 0x1C) || (c <= 0x0D && c >= 0x09) : isWideSpace(c);
    }

    private static boolean isWideSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    static boolean isUnspaced(int c) {
        if (c < UNSPACED[0]) {
            return false;
        }
        int low = 0;
        int high = UNSPACED.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (UNSPACED[middle] <= c) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return UNSPACED[low] == c || (low & 1) == 0;
    }

    /** End of the run of white space at {@code at}; {@code at} if there is none. */
    static int skipSpaces(String text, int at) {
        int i = at;
        while (i < text.length() && isSpace(text.charAt(i))) {
            i++;
        }
        return i;
    }
}

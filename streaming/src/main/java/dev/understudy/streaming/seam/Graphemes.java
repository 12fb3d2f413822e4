package dev.understudy.streaming.seam;

/**
 * Where one character, as a reader sees it, ends and the next begins. The rules of UAX #29 with everything in doubt held
 * together: it may see one character where there are two, never two where there is one.
 */
final class Graphemes {

    private Graphemes() {}

    /**
     * True if a character ends before {@code index}, judged by the text on both sides, so {@code 0 < index < length}. A
     * high surrogate that ends the text is half of something unknown: nothing ends before it.
     */
    static boolean isBoundary(CharSequence text, int index) {
        char low = text.charAt(index);
        char high = text.charAt(index - 1);
        if (low < 0x300 && high < 0x300) {
            return high != '\r' || low != '\n';
        }
        if (Character.isLowSurrogate(low) && Character.isHighSurrogate(high)) {
            return false;
        }
        if (Character.isHighSurrogate(low) && index + 1 == text.length()) {
            return false;
        }
        int after = Character.codePointAt(text, index);
        int before = Character.codePointBefore(text, index);
        return !extendsWhatIsBefore(after)
                && !reachesForNext(before)
                && !(isRegional(after) && isRegional(before) && oddRegionals(text, index))
                && !hangul(before, after)
                && !conjunct(text, index, after);
    }

    private static boolean extendsWhatIsBefore(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> true;
            default ->
                c == 0x200D // joiner
                        || c == 0x200C
                        || c == 0x0E33 // Thai and Lao AM
                        || c == 0x0EB3
                        || c == 0xFF9E // half-width sound marks
                        || c == 0xFF9F
                        || (c >= 0x1F3FB && c <= 0x1F3FF) // skin
                        || (c >= 0xE0020 && c <= 0xE007F); // tags of flags
        };
    }

    private static boolean reachesForNext(int c) {
        return c == 0x200D
                || (c >= 0x0600 && c <= 0x0605)
                || c == 0x06DD
                || c == 0x070F
                || c == 0x0890
                || c == 0x0891
                || c == 0x08E2
                || c == 0x0D4E
                || c == 0x110BD
                || c == 0x110CD
                || (c >= 0x111C2 && c <= 0x111C3)
                || c == 0x1193F
                || c == 0x11941
                || c == 0x11A3A
                || (c >= 0x11A84 && c <= 0x11A89)
                || c == 0x11D46
                || c == 0x11F02;
    }

    private static boolean isRegional(int c) {
        return c >= 0x1F1E6 && c <= 0x1F1FF;
    }

    /** Flags are pairs of letters: between the first and the second nothing ends. */
    private static boolean oddRegionals(CharSequence text, int index) {
        int count = 0;
        for (int at = index; at > 0; at -= 2) {
            if (!isRegional(Character.codePointBefore(text, at))) {
                break;
            }
            count++;
        }
        return (count & 1) == 1;
    }

    private static boolean hangul(int before, int after) {
        boolean lead = (before >= 0x1100 && before <= 0x115F) || (before >= 0xA960 && before <= 0xA97C);
        boolean syllable = before >= 0xAC00 && before <= 0xD7A3;
        boolean inner = (before >= 0x1160 && before <= 0x11FF) || (before >= 0xD7B0 && before <= 0xD7FB);
        boolean nextInner = (after >= 0x1160 && after <= 0x11FF) || (after >= 0xD7B0 && after <= 0xD7FB);
        boolean nextLead = (after >= 0x1100 && after <= 0x115F)
                || (after >= 0xA960 && after <= 0xA97C)
                || (after >= 0xAC00 && after <= 0xD7A3);
        return (lead && (nextLead || nextInner)) || ((syllable || inner) && nextInner);
    }

    /** A consonant after a virama is drawn into the same character. */
    private static boolean conjunct(CharSequence text, int index, int after) {
        if (after < 0x0900 || !Character.isLetter(after)) {
            return false;
        }
        int at = index;
        while (at > 0) {
            int c = Character.codePointBefore(text, at);
            if (isVirama(c)) {
                return true;
            }
            if (Character.getType(c) != Character.NON_SPACING_MARK) {
                return false;
            }
            at -= Character.charCount(c);
        }
        return false;
    }

    private static boolean isVirama(int c) {
        return switch (c) {
            case 0x094D,
                    0x09CD,
                    0x0A4D,
                    0x0ACD,
                    0x0B4D,
                    0x0BCD,
                    0x0C4D,
                    0x0CCD,
                    0x0D4D,
                    0x0DCA,
                    0x1039,
                    0x17D2,
                    0x1A60,
                    0x1B44,
                    0xA9C0,
                    0xAAF6 -> true;
            default -> false;
        };
    }
}

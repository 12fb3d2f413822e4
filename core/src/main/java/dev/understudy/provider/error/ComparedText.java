package dev.understudy.provider.error;

import dev.understudy.provider.text.PlainText;
import org.jspecify.annotations.Nullable;

/**
 * A text that was compared with a request. As a {@link TextSpan} it contains the parts that the request contains too.
 *
 * @param words the text in equal length, with quotes of the request hidden
 * @param plain letters of the text; {@code null} if it was compared with nothing
 * @param runs length of the longest run that ends at each letter and occurs in the request
 * @param complete false if the request is so long that a part of it was not compared: that part may contain anything
 */
record ComparedText(String words, @Nullable PlainText plain, int[] runs, boolean complete) implements TextSpan {

    /** Letters of a text that a request and a vendor's sentence do not share by chance. */
    private static final int LETTERS = 6;

    static ComparedText withNothing(String text) {
        return new ComparedText(text, null, new int[0], true);
    }

    /** Returns true for a part of six letters or more that occurs in the request. */
    @Override
    public boolean contains(int start, int end) {
        if (plain == null) {
            return false;
        }
        if (!complete) {
            return true;
        }
        int first = letters(plain, start);
        int letters = letters(plain, end) - first;
        return letters > 0 && weight(plain, first, letters) >= LETTERS && runs[first + letters - 1] >= letters;
    }

    /** Counts an ideograph as three letters. */
    private static int weight(PlainText plain, int first, int letters) {
        int weight = letters;
        for (int i = first; i < first + letters && weight < LETTERS; i++) {
            weight += plain.isIdeograph(i) ? 2 : 0;
        }
        return weight;
    }

    /** Returns the number of letters that begin before a position. */
    private static int letters(PlainText plain, int position) {
        int low = 0;
        int high = plain.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (plain.from(middle) < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}

package dev.understudy.provider.error;

import java.util.List;
import java.util.Locale;

/** Visible text of an HTML page, in one pass. An unclosed element extends to the end. */
final class HtmlText {

    /** Elements whose content is not displayed. */
    private static final List<String> UNSEEN = List.of("script", "style", "head");

    private HtmlText() {}

    static String of(String page) {
        String lowerCase = page.toLowerCase(Locale.ROOT);
        boolean aligned = lowerCase.length() == page.length();
        String text = aligned ? page : lowerCase;
        StringBuilder words = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int tag = text.indexOf('<', at);
            int until = tag < 0 ? text.length() : tag;
            words.append(text, at, until);
            at = tag < 0 ? until : after(lowerCase, tag);
            words.append(' ');
        }
        return words.toString().strip();
    }

    /** Returns the end of the tag at {@code tag}, including the content of an element that is not displayed. */
    private static int after(String page, int tag) {
        String end = ">";
        for (String name : UNSEEN) {
            int next = tag + 1 + name.length();
            if (page.startsWith(name, tag + 1)
                    && (next == page.length() || !Character.isLetterOrDigit(page.charAt(next)))) {
                end = "</" + name + ">";
            }
        }
        int at = page.indexOf(end, tag);
        return at < 0 ? page.length() : at + end.length();
    }
}

package dev.understudy.provider.error;

/** Limits, in characters, of text that is read from an error. */
final class TextLimits {

    /** Limit of the text an error is classified by. */
    static final int EVIDENCE = 4_000;

    /** Limit of a parameter name. */
    static final int NAME = 200;

    private TextLimits() {}

    static String truncate(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length);
    }
}

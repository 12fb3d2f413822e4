package dev.understudy.streaming.kept;

/**
 * Escapes for text that UTF-8 cannot carry: a lone half of a surrogate pair, as models and cuts of a text leave them, is
 * written as an escape character and four hexadecimal digits, and so is the escape character.
 */
final class Escapes {

    private static final char ESCAPE = '\u0010';
    private static final int DIGITS = 4;

    private Escapes() {}

    static String write(String text) {
        StringBuilder written = null;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit != ESCAPE && !Character.isSurrogate(unit)) {
                continue;
            }
            if (isPair(text, i)) {
                i++;
                continue;
            }
            written = written == null ? new StringBuilder(text.length() + DIGITS) : written;
            written.append(text, from, i).append(ESCAPE).append(String.format("%04x", (int) unit));
            from = i + 1;
        }
        return written == null
                ? text
                : written.append(text, from, text.length()).toString();
    }

    private static boolean isPair(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                && at + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(at + 1));
    }

    /** @throws IllegalArgumentException if an escape is not complete */
    static String read(String written) {
        int at = written.indexOf(ESCAPE);
        if (at < 0) {
            return written;
        }
        StringBuilder text = new StringBuilder(written.length());
        int from = 0;
        while (at >= 0) {
            int end = at + 1 + DIGITS;
            if (end > written.length()) {
                throw new IllegalArgumentException("Not a complete escape");
            }
            text.append(written, from, at).append((char) Integer.parseInt(written, at + 1, end, 16));
            from = end;
            at = written.indexOf(ESCAPE, from);
        }
        return text.append(written, from, written.length()).toString();
    }
}

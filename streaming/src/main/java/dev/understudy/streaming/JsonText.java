package dev.understudy.streaming;

/** Strings as JSON. */
final class JsonText {

    private JsonText() {}

    /** Appends {@code text} in quotation marks. Halves of surrogate pairs and line separators are escaped. */
    static StringBuilder quote(StringBuilder to, String text) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> to.append("\\\"");
                case '\\' -> to.append("\\\\");
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> {
                    if (c >= 0x20 && c < 0x7F) {
                        to.append(c);
                    } else {
                        i += other(to, text, i);
                    }
                }
            }
        }
        return to.append('"');
    }

    /** Gives how many characters more were taken. */
    private static int other(StringBuilder to, String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c) && at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))) {
            to.append(c).append(text.charAt(at + 1));
            return 1;
        }
        if (c < 0x20 || c == 0x7F || c == 0x2028 || c == 0x2029 || Character.isSurrogate(c)) {
            to.append("\\u")
                    .append(Character.forDigit(c >> 12, 16))
                    .append(Character.forDigit((c >> 8) & 15, 16))
                    .append(Character.forDigit((c >> 4) & 15, 16))
                    .append(Character.forDigit(c & 15, 16));
        } else {
            to.append(c);
        }
        return 0;
    }
}

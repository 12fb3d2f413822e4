package dev.understudy.provider.json;

/** Validates UTF-8 as Unicode defines it (table 3-7): no overlong forms, no surrogates, nothing beyond U+10FFFF. */
final class Utf8 {

    private Utf8() {}

    /** Skips the character of two bytes or more that begins at {@code from}. */
    static int past(byte[] bytes, int from, int end) {
        int lead = bytes[from] & 0xFF;
        int length = lead < 0xC2 || lead > 0xF4 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (length == 0) {
            throw JsonErrors.malformed();
        }
        if (end - from < length) {
            throw JsonErrors.cut();
        }
        int second = bytes[from + 1] & 0xFF;
        boolean fits =
                switch (lead) {
                    case 0xE0 -> second >= 0xA0;
                    case 0xED -> second < 0xA0;
                    case 0xF0 -> second >= 0x90;
                    case 0xF4 -> second < 0x90;
                    default -> true;
                };
        for (int i = from + 1; i < from + length; i++) {
            fits &= (bytes[i] & 0xC0) == 0x80;
        }
        if (!fits) {
            throw JsonErrors.malformed();
        }
        return from + length;
    }
}

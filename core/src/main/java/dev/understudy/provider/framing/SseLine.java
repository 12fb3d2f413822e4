package dev.understudy.provider.framing;

/** What one line of an event stream is, by the characters it begins with. Lines are ranges that are not empty. */
final class SseLine {

    private SseLine() {}

    static boolean isField(String name, byte[] line, int from, int to) {
        int length = name.length();
        return startsWith(name, line, from, to) && (to - from == length || line[from + length] == ':');
    }

    static boolean startsWith(String text, byte[] line, int from, int to) {
        if (to - from < text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if ((line[from + i] & 0xFF) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Where the value of the field begins: one space behind the colon is none of it. */
    static int value(String name, byte[] line, int from, int to) {
        int value = Math.min(from + name.length() + 1, to);
        return value < to && line[value] == ' ' ? value + 1 : value;
    }

    /** Whether a value looks like JSON, and not like words. */
    static boolean isJson(byte[] line, int value, int to) {
        return value < to && (line[value] == '{' || line[value] == '[' || line[value] == '"');
    }

    /** Whether JSON begins where a field should stand: an object, or an array that has one or goes on below. */
    static boolean beginsBareJson(byte[] line, int from, int to) {
        return line[from] == '{' || (line[from] == '[' && (to - from == 1 || line[from + 1] == '{'));
    }
}

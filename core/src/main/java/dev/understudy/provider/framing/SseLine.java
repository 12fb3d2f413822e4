package dev.understudy.provider.framing;

/** Classifies lines of an event stream by their first characters. Lines are non-empty ranges. */
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

    /** Start of the value of a field; one space after the colon is skipped. */
    static int value(String name, byte[] line, int from, int to) {
        int value = Math.min(from + name.length() + 1, to);
        return value < to && line[value] == ' ' ? value + 1 : value;
    }

    /** Returns true if a value looks like JSON and not like text. */
    static boolean isJson(byte[] line, int value, int to) {
        return value < to && (line[value] == '{' || line[value] == '[' || line[value] == '"');
    }

    /**
     * Returns true if a line begins with JSON in place of a field: an object, or an array that holds one or continues
     * below.
     */
    static boolean beginsBareJson(byte[] line, int from, int to) {
        return line[from] == '{' || (line[from] == '[' && (to - from == 1 || line[from + 1] == '{'));
    }
}

package dev.understudy.provider.framing;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * Recognises payload that servers and proxies send only to keep a connection open: nothing, a comment, an empty JSON
 * value or a word such as {@code ping}. Payload of an answer begins with an object that is not empty, so one
 * comparison rejects it.
 */
final class KeepAlive {

    private static final Set<String> WORDS =
            Set.of("ping", "pong", "keepalive", "keep-alive", "keep_alive", "heartbeat", "heart-beat", "null", "[]");

    private static final int LONGEST = 64;

    private KeepAlive() {}

    /** Returns true for payload without content, whatever event it came in. */
    static boolean is(byte[] bytes, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && isBlank(bytes[start])) {
            start++;
        }
        if (start == end || bytes[start] == ':') {
            return true;
        }
        if (bytes[start] == '{') {
            return false;
        }
        while (isBlank(bytes[end - 1])) {
            end--;
        }
        if (end - start > 1 && bytes[start] == '"' && bytes[end - 1] == '"') {
            return is(bytes, start + 1, end - 1);
        }
        return end - start <= LONGEST && isWord(new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
    }

    /** Returns true for the name of an event, or a text, that is used for nothing else. */
    static boolean isWord(String text) {
        return WORDS.contains(text.toLowerCase(Locale.ROOT));
    }

    /** Returns true for an object without fields. */
    static boolean isEmptyObject(byte[] bytes, int from, int to) {
        if (to - from > LONGEST) {
            return false;
        }
        String text = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1).strip();
        return text.startsWith("{")
                && text.endsWith("}")
                && text.substring(1, text.length() - 1).isBlank();
    }

    /**
     * Returns true for a line of an event that is a comment put into a data field. Within an event a colon may also
     * continue JSON, before a value.
     */
    static boolean isComment(byte[] bytes, int from, int to, boolean within) {
        if (from == to || bytes[from] != ':') {
            return false;
        }
        int next = from + 1;
        while (next < to && isBlank(bytes[next])) {
            next++;
        }
        if (!within || next == to) {
            return !within;
        }
        String word = new String(bytes, next, Math.min(to - next, LONGEST), StandardCharsets.ISO_8859_1).strip();
        return Character.isLetter(word.charAt(0)) && !word.matches("(?:true|false|null)\\b.*");
    }

    private static boolean isBlank(byte b) {
        return b >= 0 && b <= ' ';
    }
}

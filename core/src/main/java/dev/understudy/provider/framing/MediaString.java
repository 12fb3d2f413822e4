package dev.understudy.provider.framing;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** JSON string with the bytes of a picture or of sound, in Base64 or as a data URL. */
final class MediaString {

    private static final int KEY = 64;

    /** Beginning of a string that vendors use for media. */
    private static final Pattern FIELD = Pattern.compile(".*\"(?:data|url|b64_json)\"\\s*:\\s*\"", Pattern.DOTALL);

    private MediaString() {}

    /** Returns the position after the opening quote of media that continue beyond the bytes; -1 if none do. */
    static int openAt(byte[] bytes, int from, int to) {
        int quote = to - 1;
        while (quote >= from && isMedia(bytes[quote])) {
            quote--;
        }
        if (quote < from || bytes[quote] != '"') {
            return -1;
        }
        int key = Math.max(from, quote - KEY);
        String before = new String(bytes, key, quote + 1 - key, StandardCharsets.ISO_8859_1);
        return FIELD.matcher(before).matches() ? quote + 1 : -1;
    }

    private static boolean isMedia(byte b) {
        return (b >= 'A' && b <= 'Z')
                || (b >= 'a' && b <= 'z')
                || (b >= '/' && b <= ';')
                || b == '+'
                || b == '-'
                || b == '_'
                || b == ','
                || b == '=';
    }

    /** Returns the position of the closing quote, or the end if there is none yet. */
    static int end(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != '"') {
            at++;
        }
        return at;
    }
}

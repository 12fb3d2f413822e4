package dev.understudy.provider.text;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;

/**
 * Letters and digits of a text, folded to one case and without accents, with JSON, HTML and percent escapes decoded, and
 * their positions in the text. Two spellings of one text have equal letters, also after a server has folded one of them to
 * plain letters. Immutable; linear in the length.
 */
public final class PlainText {

    private static final String ESCAPED = "nrtbf\"'/";

    /** Letters that are displayed as a space. */
    private static final String INVISIBLE = "\u115f\u1160\u3164\uffa0";

    /** Most frequent ideographs, of which none is folded. */
    private static final char FIRST_IDEOGRAPH = '\u4e00';

    private static final char LAST_IDEOGRAPH = '\u9fff';
    private static final int ENTITY = 8;

    private final String text;
    private final StringBuilder letters;
    private final boolean positions;
    private int[] from;
    private int[] to;
    private char high;
    private int highStart;

    private PlainText(String text, boolean positions) {
        this.text = text;
        this.letters = new StringBuilder(text.length());
        this.from = new int[positions ? text.length() + 1 : 0];
        this.to = new int[from.length];
        this.positions = positions;
    }

    public static PlainText of(String text) {
        PlainText plain = new PlainText(text, true);
        plain.read();
        return plain;
    }

    /** Returns the letters of a text, without the memory for their positions. */
    public static String letters(String text) {
        PlainText plain = new PlainText(text, false);
        plain.read();
        return plain.letters.toString();
    }

    /** Returns true if one of the texts directly precedes a letter. */
    public boolean follows(int letter, String... texts) {
        for (String each : texts) {
            if (text.startsWith(each, from[letter] - each.length())) {
                return true;
            }
        }
        return false;
    }

    /** Returns the text between two letters, both included. */
    public String text(int first, int last) {
        return text.substring(from[first], to[last]);
    }

    public char charAt(int index) {
        return text.charAt(index);
    }

    public int length() {
        return text.length();
    }

    public CharSequence letters() {
        return letters;
    }

    public int size() {
        return letters.length();
    }

    /** Start of a letter in the text. */
    public int from(int letter) {
        return from[letter];
    }

    /** End of a letter in the text, exclusive. */
    public int to(int letter) {
        return to[letter];
    }

    /** Returns true if a word begins with this letter. */
    public boolean begins(int letter) {
        return letter == 0 || to[letter - 1] < from[letter] || isIdeograph(letter) || isIdeograph(letter - 1);
    }

    /** Returns true if a word ends with this letter. */
    public boolean ends(int letter) {
        return letter == size() - 1 || begins(letter + 1);
    }

    public boolean isIdeograph(int letter) {
        return letters.charAt(letter) >= '\u2e80';
    }

    private void read() {
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            at = switch (c) {
                case '\\' -> escape(at);
                case '&' -> entity(at);
                case '%' -> percent(at);
                default -> {
                    add(c, at, at + 1);
                    yield at + 1;
                }
            };
        }
    }

    /** Skips any number of backslashes, as in text that was escaped several times. */
    private int escape(int start) {
        int at = start;
        while (at < text.length() && text.charAt(at) == '\\') {
            at++;
        }
        if (at == text.length()) {
            return at;
        }
        char c = text.charAt(at);
        int code = c == 'u' ? number(at + 1, at + 5, 16) : -1;
        if (code >= 0) {
            add((char) code, start, at + 5);
            return at + 5;
        }
        return ESCAPED.indexOf(c) >= 0 ? at + 1 : at;
    }

    private int entity(int start) {
        int name = start + 1;
        while (text.startsWith("amp;", name)) {
            name += 4;
        }
        int end = name;
        while (end < text.length() && end - name < ENTITY && text.charAt(end) != ';') {
            end++;
        }
        if (end >= text.length() || text.charAt(end) != ';' || end == name) {
            return name;
        }
        if (text.charAt(name) == '#') {
            boolean hex = name + 1 < end && (text.charAt(name + 1) | 0x20) == 'x';
            int code = number(name + (hex ? 2 : 1), end, hex ? 16 : 10);
            if (Character.isValidCodePoint(code)) {
                for (char c : Character.toChars(code)) {
                    add(c, start, end + 1);
                }
                return end + 1;
            }
            return name;
        }
        String word = text.substring(name, end);
        return word.equals("quot")
                        || word.equals("apos")
                        || word.equals("lt")
                        || word.equals("gt")
                        || word.equals("nbsp")
                ? end + 1
                : name;
    }

    private int percent(int start) {
        byte[] bytes = new byte[12];
        int count = 0;
        int at = start;
        while (count < bytes.length && at < text.length() && text.charAt(at) == '%') {
            int digits = at + 1;
            while (text.startsWith("25", digits)) {
                digits += 2;
            }
            int code = number(digits, digits + 2, 16);
            if (code < 0) {
                break;
            }
            bytes[count++] = (byte) code;
            at = digits + 2;
        }
        if (count == 0) {
            return start + 1;
        }
        for (char c : new String(bytes, 0, count, StandardCharsets.UTF_8).toCharArray()) {
            add(c, start, at);
        }
        return at;
    }

    private int number(int start, int end, int radix) {
        if (end > text.length() || end <= start || end - start > 6) {
            return -1;
        }
        int number = 0;
        for (int i = start; i < end; i++) {
            int digit = Character.digit(text.charAt(i), radix);
            if (digit < 0) {
                return -1;
            }
            number = number * radix + digit;
        }
        return number;
    }

    private void add(char c, int start, int end) {
        char before = high;
        high = 0;
        if (c < 128) {
            if (Character.isLetterOrDigit(c)) {
                letter(Character.toLowerCase(c), start, end);
            }
        } else if (c >= FIRST_IDEOGRAPH && c <= LAST_IDEOGRAPH) {
            letter(c, start, end);
        } else if (Character.isHighSurrogate(c)) {
            high = c;
            highStart = start;
        } else if (!Character.isLowSurrogate(c)) {
            addFolded(String.valueOf(c), start, end);
        } else if (before != 0) {
            addFolded(Character.toString(Character.toCodePoint(before, c)), highStart, end);
        }
    }

    /** Adds the letters of one character; without its accents, which NFKD decomposes into marks. */
    private void addFolded(String character, int start, int end) {
        String folded = Normalizer.normalize(character, Normalizer.Form.NFKD)
                .toUpperCase(Locale.ROOT)
                .toLowerCase(Locale.ROOT);
        for (int i = 0; i < folded.length(); ) {
            int point = folded.codePointAt(i);
            i += Character.charCount(point);
            if (Character.isLetterOrDigit(point) && INVISIBLE.indexOf(point) < 0) {
                for (char each : Character.toChars(point)) {
                    letter(each, start, end);
                }
            }
        }
    }

    private void letter(char c, int start, int end) {
        int index = letters.length();
        letters.append(c);
        if (!positions) {
            return;
        }
        if (index == from.length) {
            from = Arrays.copyOf(from, 2 * index);
            to = Arrays.copyOf(to, 2 * index);
        }
        from[index] = start;
        to[index] = end;
    }
}

package dev.understudy.provider.text;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Parts of known keys in any spelling. Letters and digits are compared, in one case: so a piece is found in JSON, HTML and
 * percent escapes, spaced out, or with invisible characters within. Also in hexadecimal and in Base64, there with
 * another text before the key. Immutable.
 */
final class KeyFragments {

    /** Letters and digits of a piece, if it has both or upper and lower case: words have neither. */
    private static final int SHORT = 6;

    /** Letters and digits of any piece, also in Base64. */
    private static final int LENGTH = 10;

    /** Hexadecimal digits of a piece. */
    private static final int HEX = 12;

    /** Letters and digits of pieces by their number. */
    private final Map<Integer, Set<String>> pieces;

    /** Pieces of {@value #LENGTH} characters of any kind, in lower case. */
    private final Set<String> verbatim;

    private KeyFragments(Map<Integer, Set<String>> pieces, Set<String> verbatim) {
        this.pieces = pieces;
        this.verbatim = verbatim;
    }

    static KeyFragments none() {
        return new KeyFragments(Map.of(), Set.of());
    }

    static KeyFragments of(Collection<String> keys) {
        Map<Integer, Set<String>> pieces = new HashMap<>();
        Set<String> verbatim = new HashSet<>();
        for (String key : keys) {
            addShort(key, pieces);
            for (String form : forms(key)) {
                add(form, LENGTH, pieces);
                String lower = form.toLowerCase(Locale.ROOT);
                for (int i = 0; i + LENGTH <= lower.length(); i++) {
                    verbatim.add(lower.substring(i, i + LENGTH));
                }
            }
            add(HexFormat.of().formatHex(key.getBytes(StandardCharsets.UTF_8)), HEX, pieces);
        }
        return new KeyFragments(pieces, verbatim);
    }

    private static void add(String form, int length, Map<Integer, Set<String>> pieces) {
        String letters = PlainText.of(form).letters().toString();
        for (int i = 0; i + length <= letters.length(); i++) {
            pieces.computeIfAbsent(length, any -> new HashSet<>()).add(letters.substring(i, i + length));
        }
    }

    private static void addShort(String key, Map<Integer, Set<String>> pieces) {
        String letters = key.chars()
                .filter(Character::isLetterOrDigit)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        for (int i = 0; i + SHORT <= letters.length(); i++) {
            String piece = letters.substring(i, i + SHORT);
            if (!isWordOrNumber(piece)) {
                pieces.computeIfAbsent(SHORT, any -> new HashSet<>())
                        .add(PlainText.of(piece).letters().toString());
            }
        }
    }

    private static boolean isWordOrNumber(String piece) {
        boolean word = piece.chars().skip(1).allMatch(Character::isLowerCase) && Character.isLetter(piece.charAt(0));
        return word
                || piece.chars().allMatch(Character::isUpperCase)
                || piece.chars().allMatch(Character::isDigit);
    }

    /** In Base64 three bytes are four characters: what stands before a key decides which of three forms it has. */
    static List<String> forms(String key) {
        List<String> forms = new ArrayList<>(List.of(key, URLEncoder.encode(key, StandardCharsets.UTF_8)));
        for (int before = 0; before < 3; before++) {
            byte[] bytes = (" ".repeat(before) + key).getBytes(StandardCharsets.UTF_8);
            int foreign = before == 0 ? 0 : before + 1;
            for (Base64.Encoder base64 : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
                forms.add(base64.withoutPadding().encodeToString(bytes).substring(foreign));
            }
        }
        return forms;
    }

    /** Returns the text without the pieces, and without characters of keys beside them. */
    String redact(String text) {
        if (pieces.isEmpty()) {
            return text;
        }
        PlainText plain = PlainText.of(text);
        String letters = plain.letters().toString();
        StringBuilder safe = null;
        int done = 0;
        for (int i = 0; i < letters.length(); i++) {
            int length = plain.from(i) < done ? 0 : piece(plain, letters, i);
            if (length == 0) {
                continue;
            }
            int last = i + length - 1;
            for (int next = i + 1; next <= last; next++) {
                int more = piece(plain, letters, next);
                last = Math.max(last, more == 0 ? 0 : next + more - 1);
            }
            safe = safe == null ? new StringBuilder(text.length()) : safe;
            done = mask(text, done, plain.from(i), plain.to(last), safe);
            i = last;
        }
        String spelt =
                safe == null ? text : safe.append(text, done, text.length()).toString();
        return withoutVerbatim(spelt);
    }

    private String withoutVerbatim(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.length() != text.length()) {
            return withoutVerbatim(lower); // a letter whose lower case is longer: positions would differ
        }
        StringBuilder safe = null;
        int done = 0;
        for (int i = 0; i + LENGTH <= lower.length(); i++) {
            if (i >= done && verbatim.contains(lower.substring(i, i + LENGTH))) {
                safe = safe == null ? new StringBuilder(text.length()) : safe;
                done = mask(text, done, i, i + LENGTH, safe);
            }
        }
        return safe == null ? text : safe.append(text, done, text.length()).toString();
    }

    /** Appends the text from {@code done} to a piece, and a mask for the piece; returns the end of what is masked. */
    private static int mask(String text, int done, int start, int end, StringBuilder safe) {
        int from = start;
        while (from > done && isKeyLike(text.charAt(from - 1))) {
            from--;
        }
        int to = end;
        while (to < text.length() && isKeyLike(text.charAt(to))) {
            to++;
        }
        while (to < text.length() && "=…".indexOf(text.charAt(to)) >= 0) {
            to++;
        }
        safe.append(text, done, from).append(Redactor.MASK);
        return to;
    }

    /** Returns the length of the longest piece that begins here, 0 without one. */
    private int piece(PlainText plain, String letters, int from) {
        int longest = 0;
        for (Map.Entry<Integer, Set<String>> each : pieces.entrySet()) {
            int length = each.getKey();
            if (length > longest
                    && from + length <= letters.length()
                    && each.getValue().contains(letters.substring(from, from + length))
                    && (length > SHORT || isRegular(plain, from, from + length))) {
                longest = length;
            }
        }
        return longest;
    }

    /** Returns true if there is something between no two letters, or between all: a short piece is not made of two words. */
    private static boolean isRegular(PlainText plain, int from, int to) {
        int gaps = 0;
        for (int i = from + 1; i < to; i++) {
            gaps += plain.begins(i) ? 1 : 0;
        }
        return gaps == 0 || gaps == to - from - 1;
    }

    private static boolean isKeyLike(char c) {
        return Character.isLetterOrDigit(c) || "-_+/*%•".indexOf(c) >= 0;
    }
}

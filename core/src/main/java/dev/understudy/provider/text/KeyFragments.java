package dev.understudy.provider.text;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Parts of known keys, so that also a half of one, or one in Base64 with a user's name before it, is found. Upper and
 * lower case are the same. Immutable.
 */
final class KeyFragments {

    /** So many characters of a key in a row are no coincidence. */
    private static final int LENGTH = 10;

    private final Set<String> parts;

    private KeyFragments(Set<String> parts) {
        this.parts = parts;
    }

    static KeyFragments none() {
        return new KeyFragments(Set.of());
    }

    static KeyFragments of(Collection<String> keys) {
        Set<String> parts = new HashSet<>();
        for (String key : keys) {
            for (String form : forms(key)) {
                String lower = form.toLowerCase(Locale.ROOT);
                for (int i = 0; i + LENGTH <= lower.length(); i++) {
                    parts.add(lower.substring(i, i + LENGTH));
                }
            }
        }
        return new KeyFragments(parts);
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

    /** The text without them, and without whatever hangs on to them. */
    String redact(String text) {
        if (parts.isEmpty()) {
            return text;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.length() != text.length()) {
            return redact(lower); // a letter whose lower case is longer: places would not agree
        }
        StringBuilder safe = null;
        int done = 0;
        for (int i = 0; i + LENGTH <= lower.length(); i++) {
            if (parts.contains(lower.substring(i, i + LENGTH))) {
                int from = i;
                while (from > done && isKeyLike(text.charAt(from - 1))) {
                    from--;
                }
                int to = i + LENGTH;
                while (to < text.length() && isKeyLike(text.charAt(to))) {
                    to++;
                }
                while (to < text.length() && "=…".indexOf(text.charAt(to)) >= 0) {
                    to++;
                }
                safe = safe == null ? new StringBuilder(text.length()) : safe;
                safe.append(text, done, from).append(Redactor.MASK);
                done = to;
                i = to - 1;
            }
        }
        return safe == null ? text : safe.append(text, done, text.length()).toString();
    }

    private static boolean isKeyLike(char c) {
        return Character.isLetterOrDigit(c) || "-_+/*%•".indexOf(c) >= 0;
    }
}

package dev.understudy.provider.text;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes keys out of what is shown to people: those it was told, plain, URL-encoded or in Base64, whole or in part, and
 * whatever has the form of a key or of the masked echo of one. Removed text becomes {@code ***}. Immutable and
 * thread-safe.
 */
public final class Redactor {

    static final String MASK = "***";

    /** A cut may leave the beginning of a key at the end of a text; fewer characters than these are not told apart from words. */
    private static final int BEGINNING = 6;

    /** Shorter ones are words, and a text without its words is no text. */
    private static final int SHORTEST = 4;

    /** Causes of causes that are looked at. */
    private static final int DEPTH = 10;

    /** Longer messages of exceptions are not read, and count as unclean. */
    private static final int LONGEST = 16 << 10;

    private static final String TOKEN = "eyJ";

    /** So many characters at least are in a run of a token. */
    private static final int TOKEN_RUN = 8;

    private record Rule(Pattern pattern, String replacement) {}

    private static final List<Rule> KEY_FORMS = List.of(
            // A key where it is named.
            rule("(?i)\\b(Bearer|Basic)\\s+(?=\\S*[0-9*=]|\\S{16})[\\w.~+/*-]{4,}=*", "$1 " + MASK),
            rule(
                    "(?i)\\b(x-api-key|api-key|x-goog-api-key|authorization|x-amz-security-token)"
                            + "([\"']?\\s*[:=]\\s*[\"']?)(?!Bearer\\b|Basic\\b)[^\\s\"',;&]+",
                    "$1$2" + MASK),
            rule("(?i)([?&](?:key|api[-_]?key|access[-_]?token|token|sig|signature)=)[^&\\s\"'<>#]+", "$1" + MASK),
            rule(
                    "(?i)\\b(api[-_ ]?key(?: provided)?[\"']?\\s*[:=]\\s*[\"'`]?)"
                            + "[^\\s\"'`,;]+?(?=[.]?(?:[\\s\"'`,;]|$))",
                    "$1" + MASK),
            rule(
                    "(?i)\\b((?:access |auth |bearer )?(?:token|secret)[\"']?\\s*[:=]\\s*[\"'`]?)[\\w.~+/*-]{12,}",
                    "$1" + MASK),
            // A key by its beginning.
            rule("\\bsk-[\\w*./+=~-]{3,}[\\w*/+=~-]", MASK),
            rule(
                    "\\b(?:pk|rk|gsk|xai|tgp|pplx|csk|fw|nvapi|hf|r8|ghp|gho|github_pat|ya29)[-_.][\\w*./+=~-]{11,}[\\w*/+=~-]",
                    MASK),
            rule("\\b(?:AIz|AKIA|ASIA)[\\w*-]{12,}", MASK),
            // The masked echo of a key.
            rule("(?<![\\w*-])[\\w-]*+[*•]{3,}+[\\w*•-]*+", MASK));

    /** Precheck for all forms: a word for a secret, stars, or a long word with a hyphen, an underscore or a digit in it. */
    private static final Pattern MAYBE = Pattern.compile(
            "(?i:key|bearer|basic|authori|token|secret|sig)|[*•]{3}|[\\w.-]{2,16}[-_.*0-9][\\w*-]{3}|AKIA|ASIA|AIz|eyJ");

    private static final Redactor KEY_FORMS_ONLY = new Redactor(List.of(), KeyFragments.none());

    private final List<String> known;
    private final KeyFragments parts;

    private Redactor(List<String> known, KeyFragments parts) {
        this.known = known;
        this.parts = parts;
    }

    /** Knows no key, only their forms. */
    public static Redactor ofKeyForms() {
        return KEY_FORMS_ONLY;
    }

    /** Knows these keys, and the forms of others. */
    public static Redactor of(Collection<String> secrets) {
        List<String> keys =
                secrets.stream().filter(key -> key.length() >= SHORTEST).toList();
        List<String> forms = keys.stream()
                .flatMap(key -> KeyFragments.forms(key).stream())
                .filter(form -> form.length() >= SHORTEST)
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        return new Redactor(forms, KeyFragments.of(keys));
    }

    /** Returns true if the messages of an exception, its causes and suppressed exceptions contain no secret. */
    public boolean isClean(Throwable error) {
        return isClean(error, 0);
    }

    private boolean isClean(@Nullable Throwable error, int depth) {
        if (error == null) {
            return true;
        }
        String message = error.toString();
        return depth < DEPTH
                && message.length() <= LONGEST
                && redact(message).equals(message)
                && isClean(error.getCause(), depth + 1)
                && Arrays.stream(error.getSuppressed()).allMatch(each -> isClean(each, depth + 1));
    }

    public String redact(String text) {
        String safe = parts.redact(text);
        for (String key : known) {
            safe = safe.replace(key, MASK);
        }
        for (String key : known) {
            safe = withoutBeginning(safe, key);
        }
        if (!maybeKey(safe)) {
            return safe;
        }
        for (Rule rule : KEY_FORMS) {
            safe = rule.pattern.matcher(safe).replaceAll(rule.replacement);
        }
        return withoutTokens(safe);
    }

    /** Drops JSON web tokens: three runs with dots between them, the first of which begins with {@code eyJ}. */
    private static String withoutTokens(String text) {
        StringBuilder safe = null;
        int done = 0;
        int at = text.indexOf(TOKEN);
        while (at >= 0) {
            boolean begins = at == 0 || !isWord(text.charAt(at - 1));
            int first = begins ? run(text, at) : at + 1;
            int second = first < text.length() && text.charAt(first) == '.' ? run(text, first + 1) : first;
            boolean token = first - at >= TOKEN_RUN + TOKEN.length()
                    && second - first > TOKEN_RUN
                    && second < text.length()
                    && text.charAt(second) == '.';
            if (token) {
                safe = safe == null ? new StringBuilder() : safe;
                safe.append(text, done, at).append(MASK);
                done = run(text, second + 1);
            }
            at = text.indexOf(TOKEN, token ? done : Math.max(first, at + 1));
        }
        return safe == null ? text : safe.append(text, done, text.length()).toString();
    }

    /** Where the run of letters, digits, underscores and hyphens ends that begins here. */
    private static int run(String text, int from) {
        int to = from;
        while (to < text.length() && (isWord(text.charAt(to)) || text.charAt(to) == '-')) {
            to++;
        }
        return to;
    }

    private static boolean isWord(char c) {
        return c < 128 && (Character.isLetterOrDigit(c) || c == '_');
    }

    /** Drops the beginning of a key that a cut left at the end. */
    private static String withoutBeginning(String text, String key) {
        String body = text.endsWith("…") ? text.substring(0, text.length() - 1) : text;
        for (int length = Math.min(key.length() - 1, body.length()); length >= BEGINNING; length--) {
            if (body.regionMatches(body.length() - length, key, 0, length)) {
                return body.substring(0, body.length() - length) + MASK;
            }
        }
        return text;
    }

    /** Most texts hold nothing of the kind, and one pass over them says so. */
    private static boolean maybeKey(String text) {
        return MAYBE.matcher(text).find();
    }

    private static Rule rule(String pattern, String replacement) {
        return new Rule(Pattern.compile(pattern), replacement);
    }
}

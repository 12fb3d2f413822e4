package dev.understudy.provider.error;

import dev.understudy.provider.PhraseSamples;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Texts that fit the phrase tables, and the ways in which vendors quote a text of the request. */
public final class Quotations {

    /** Sentences of an error, %s for the quoted text. */
    public static final List<String> SENTENCES = List.of(
            "Invalid value: '%s'. Look at the manual.",
            "We do not know `%s`, sorry",
            "Cannot read \"%s\" here.",
            "Something is wrong with %s, see above",
            "%s",
            "bad field: %s");

    /** Spellings of a quoted text. */
    public static final List<UnaryOperator<String>> SPELLINGS = List.of(
            text -> text,
            text -> text.toUpperCase(Locale.ROOT),
            text -> text.replace("\"", "\\\"").replace("'", "\\u0027"),
            text -> text.replace("&", "&amp;")
                    .replace("\"", "&quot;")
                    .replace("'", "&#39;")
                    .replace("<", "&lt;"),
            text -> URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20"),
            text -> text.replace(" ", "  "),
            text -> each(text, "\\u%04x"::formatted),
            text -> each(text, "&#x%x;"::formatted),
            text -> each(text, c -> c < 128 ? "%%%02X".formatted(c) : String.valueOf((char) c)),
            text -> text.replace(" ", "\\n"));

    private static final List<String> PATTERNS = patterns();

    private Quotations() {}

    /** Returns the number of different phrases. */
    public static int phrases() {
        return PATTERNS.size();
    }

    /** Returns a text that fits a phrase. */
    public static String phrase(int index, Random random) {
        return PhraseSamples.of(PATTERNS.get(index % PATTERNS.size()), random).strip();
    }

    /** Spellings that servers fold to plain letters: mathematical letters, accents, ligatures, full width, letters without form. */
    private static final List<UnaryOperator<String>> FOLDED = List.of(
            text -> spelt(text, c -> c >= 'a' && c <= 'z' ? 0x1d41a + c - 'a' : c),
            text -> spelt(text, c -> c > ' ' && c < 0x7f ? 0xff00 + c - ' ' : c),
            text -> text.replace("a", "\u00e1").replace("i", "\u00ef").replace("e", "\u00ea"),
            text -> text.replace("a", "a\u0301").replace("i", "i\u0308"),
            text -> text.replace("ss", "\u00df").replace("fi", "\ufb01"),
            text -> text.replace(" ", "\u3164"));

    /** Returns a text in letters that servers fold to plain ones. */
    public static String folded(String text, Random random) {
        return FOLDED.get(random.nextInt(FOLDED.size())).apply(text);
    }

    static List<String> everyFolded(String text) {
        return FOLDED.stream().map(spelling -> spelling.apply(text)).toList();
    }

    private static String spelt(String text, IntUnaryOperator spelling) {
        return text.codePoints()
                .map(spelling)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String each(String text, IntFunction<String> spelling) {
        return text.chars().mapToObj(spelling).collect(Collectors.joining());
    }

    private static List<String> patterns() {
        List<String> patterns = new ArrayList<>();
        ErrorPhrases.TABLE.forEach(row -> row.words().forEach(way -> {
            if (!way.pattern().pattern().isEmpty()) {
                patterns.add(way.pattern().pattern());
            }
        }));
        patterns.addAll(List.of(
                "maximum context length is 16 tokens",
                "unsupported parameter: temperature",
                "try again in 20000s",
                "retry after 7 days",
                "\\[1113\\]\\[",
                "n_ctx: 12",
                "not support temperature",
                "max_tokens: 90000 > 16, which is the maximum allowed number of output tokens"));
        return patterns;
    }
}

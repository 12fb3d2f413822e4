package dev.understudy.provider.http;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the longest answer of a model in a refusal of more tokens, and the fields that ask for tokens. */
final class OutputLimit {

    private static final Set<String> FIELDS = Set.of(
            "max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "maxTokens", "num_predict");

    /** Patterns whose group is the limit. */
    private static final List<Pattern> LIMITS = List.of(
            pattern("max_tokens: \\d+ > (\\d+), which is the maximum"),
            pattern("supports at most (\\d+) (?:completion|output) tokens"),
            pattern("tokens you requested exceeds the model limit of (\\d+)"),
            pattern("range of max_?(?:completion_|output_)?tokens (?:is|should be) \\[\\d+, ?(\\d+)\\]"),
            pattern("max_?(?:completion_|output_)?tokens[`'\"]? (?:(?:must|should|has to) (?:be )?"
                    + "(?:less than or equal to|at most|no more than|<=)"
                    + "|(?:must not|should not|cannot|can not|may not) (?:be (?:greater|larger|more) than|exceed))"
                    + " [`'\"]?(\\d+)"));

    /** Pattern whose group is one more than the limit. */
    private static final Pattern BELOW =
            pattern("maxOutputTokens\\b.{1,80}range is from \\d+ \\(inclusive\\) to (\\d+) \\(exclusive\\)");

    private OutputLimit() {}

    private static Pattern pattern(String regex) {
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
    }

    /** Returns the limit that a refusal tells, if the body, or a container in it, asks for more; null otherwise. */
    static @Nullable Integer in(Failure failure, Map<?, ?> sent, Predicate<String> isContainer) {
        boolean refused = failure.kind() == FailureKind.INVALID_REQUEST || failure.kind() == FailureKind.UNSUPPORTED;
        if (!refused || failure.phase() != Failure.Phase.HEADERS) {
            return null;
        }
        Integer limit = told(failure.message());
        return limit != null && limit > 0 && exceeds(sent, limit, isContainer) ? limit : null;
    }

    static @Nullable Integer told(String message) {
        for (Pattern pattern : LIMITS) {
            Matcher matcher = pattern.matcher(message);
            if (matcher.find()) {
                return number(matcher.group(1));
            }
        }
        Matcher matcher = BELOW.matcher(message);
        Integer excluded = matcher.find() ? number(matcher.group(1)) : null;
        return excluded == null ? null : Integer.valueOf(excluded - 1);
    }

    private static @Nullable Integer number(String digits) {
        return digits.length() > 9 ? null : Integer.valueOf(digits);
    }

    static boolean isField(String name) {
        return FIELDS.contains(name) || FIELDS.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Returns true if the body, or an object in it, asks for more tokens. */
    private static boolean exceeds(Map<?, ?> fields, int limit, Predicate<String> isContainer) {
        return fields.entrySet().stream()
                .anyMatch(field -> (field.getValue() instanceof Number number
                                && isField(String.valueOf(field.getKey()))
                                && number.longValue() > limit)
                        || (field.getValue() instanceof Map<?, ?> inner
                                && isContainer.test(String.valueOf(field.getKey()))
                                && exceeds(inner, limit, isContainer)));
    }
}

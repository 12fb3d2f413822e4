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
            pattern(
                    "max_?(?:completion_|output_|new_)?tokens\\b[^\\[]{0,80}(?:\\b(?:in|is|be|within|range)|范围)\\W{1,4}?\\[\\d+, ?(\\d+)\\]"),
            pattern("max_?(?:completion_|output_|new_)?tokens\\b.{1,60}(?:must|should) be between \\d+ and (\\d+)"),
            pattern("max_?(?:completion_|output_|new_)?tokens\\b.{1,120}expected a value <= (\\d+)"),
            pattern("max_?(?:completion_|output_)?tokens[`'\"]? (?:(?:must|should|has to) (?:be )?"
                    + "(?:less than or equal to|at most|no more than|<=)"
                    + "|(?:must not|should not|cannot|can not|may not) (?:be (?:greater|larger|more) than|exceed))"
                    + " [`'\"]?(\\d+)"));

    /** Patterns whose groups are the window and the tokens of the prompt. */
    private static final List<Pattern> ROOMS = List.of(
            pattern("max_?(?:completion_)?tokens.{0,40} too large\\b.{1,200}\\(\\d+ > (\\d+) - (\\d+)\\)"),
            pattern(
                    "maximum context length is (\\d+) tokens\\. however, you requested \\d+ output tokens and your prompt"
                            + " contains (?:at least )?(\\d+) input tokens"),
            pattern("maximum context length is (\\d+) tokens\\. however, you requested (?:about )?\\d+ tokens"
                    + " \\((\\d+) (?:in the messages|of text input), \\d+ in the (?:completion|output)\\)"));

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
        boolean overflow = failure.kind() == FailureKind.CONTEXT_OVERFLOW;
        if (!(refused || overflow) || failure.phase() != Failure.Phase.HEADERS) {
            return null;
        }
        Integer limit = overflow ? room(failure.message()) : told(failure.message());
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

    /**
     * Returns the tokens that the prompt leaves of the window, if that is most of it: then the requested answer is too
     * long, not the conversation. Otherwise null.
     */
    static @Nullable Integer room(String message) {
        for (Pattern pattern : ROOMS) {
            Matcher matcher = pattern.matcher(message);
            if (matcher.find()) {
                Integer window = number(matcher.group(1));
                Integer prompt = number(matcher.group(2));
                return window != null && prompt != null && prompt <= window / 2
                        ? Integer.valueOf(window - prompt)
                        : null;
            }
        }
        return null;
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

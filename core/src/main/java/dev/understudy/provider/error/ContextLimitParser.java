package dev.understudy.provider.error;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the real context window of a model from an overflow message. */
final class ContextLimitParser {

    /** Patterns whose group is the window; thousands may be separated by commas, and "32k" does not match. */
    private static final List<Pattern> WINDOWS = patterns(
            "exceed context limit: # \\+ # > (#)",
            "# tokens? > (#) maximum",
            "maximum context length:? (?:(?:is|of) )?(?:only )?(#)",
            "context length is only (#)",
            "with (#) maximum context length",
            "token count(?: \\(#\\))? exceeds the maximum number of tokens allowed \\(?(#)",
            "maximum (?:allowed )?(?:prompt|input) length (?:is|of) (#)",
            "max_model_len (?:is|of) (#)",
            "max_seq_len \\(?(#)",
            "than the (#) token context",
            "maximum model length of (#)",
            "limit for this model is (#)",
            "must be <= (#)",
            "token limit: (#)",
            "available context size \\((#)",
            "exceeds the limit of (#)",
            "while limit is (#)",
            ">= n_ctx \\((#)",
            "\\bn_ctx\"?\\s*[:=]\\s*(#)",
            "context length(?: of)?(?: only)? \\(?(#)",
            "context window(?: limit)?(?: of| is)? \\(?(#)",
            "context size \\((#)",
            "model only supports up to (#)",
            "max tokens of (#) exceeded",
            "must have less than (#) tokens",
            "input length should be \\[#, (#)",
            "max(?:imum)? size: (#) tokens",
            "limit:? (#), requested");

    private ContextLimitParser() {}

    /** Returns the window in tokens; null if the message names none. */
    static @Nullable Integer window(String evidence) {
        for (Pattern pattern : WINDOWS) {
            Matcher matcher = pattern.matcher(evidence);
            if (matcher.find()) {
                Integer window = number(matcher.group(1));
                if (window != null) {
                    return window;
                }
            }
        }
        return null;
    }

    private static @Nullable Integer number(String digits) {
        try {
            int number = Integer.parseInt(digits.replace(",", ""));
            return number > 0 ? number : null;
        } catch (NumberFormatException tooLarge) {
            return null;
        }
    }

    private static List<Pattern> patterns(String... forms) {
        return List.of(forms).stream()
                .map(form -> Pattern.compile(
                        form.replace("#", "(?<![\\d,])\\d++(?:,\\d++)*+(?![\\dk])"), Pattern.CASE_INSENSITIVE))
                .toList();
    }
}

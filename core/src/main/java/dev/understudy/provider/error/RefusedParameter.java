package dev.understudy.provider.error;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the name of a refused parameter: the vendor's name ("max_tokens", "top_p"), or one of the features "tools",
 * "image", "image_url", "response_format", "system", "stream", "thinking", "thoughts" and "prefill".
 */
final class RefusedParameter {

    private static final Map<String, String> BY_CODE =
            Map.of("invalid_encrypted_content", "thoughts", "unsupported_file", "file");

    /** Patterns whose group is the name. */
    private static final List<Pattern> NAMED = List.of(
            pattern("unsupported (?:parameter|value|argument|field)s?(?:\\(s\\))?:? ['`\"]?([\\w.\\[\\]\ufffc-]+)"),
            pattern(
                    "(?:unknown|unrecognized|unexpected) (?:request )?(?:parameter|argument|field)s?(?: supplied| passed)?:? ['`\"]?([\\w.\\[\\]\ufffc-]+)"),
            pattern("unknown name ['`\"]?([\\w.\ufffc-]+)['`\"]? at "),
            pattern(
                    "(?:argument|parameter|field)s? not supported (?:with|for|by|on) this model: ['`\"]?([\\w.\ufffc-]+)"),
            pattern("['`\"]([\\w.\ufffc-]+)['`\"] must be unset when"),
            pattern("parameter\\.(\\w+) must be set to"),
            pattern("extraneous key \\[([\\w.\ufffc-]+)\\]"),
            pattern("^(?:.*errors: )?([a-z_]+)(?:\\.[\\w.]+)?: extra inputs are not permitted"),
            pattern(
                    "['`\"]([\\w.\ufffc-]+)['`\"](?: parameter| option| field)? (?:is|are) (?:deprecated|not supported|unsupported)"),
            pattern(
                    "(?:not|n't) support (?:the |a |an )?(?:(?:parameter|field|option)s?:? )?\\[?['`\"]?([\\w.\ufffc-]+)['`\"]?"),
            pattern(
                    "(?<![\\w.\ufffc-])([\\w.\ufffc-]++) (?:parameter|option|field) (?:is|are) (?:deprecated|not supported|unsupported)"),
            pattern(
                    "(?<![a-z_])(temperature|seed|stop|[a-z]++_[a-z_]++) (?:is|are) (?:deprecated|not supported|unsupported)"));

    private RefusedParameter() {}

    /**
     * Returns the name, or null.
     *
     * @param evidence text of the error with quotes of the request hidden: a quote may be the name, but does not
     *     announce one
     * @param whole the text of the error with nothing hidden
     * @param excluded parts of the evidence that do not count
     */
    static @Nullable String of(
            @Nullable String param, @Nullable String code, String evidence, String whole, TextSpan excluded) {
        String known = code == null ? null : BY_CODE.get(code.toLowerCase(Locale.ROOT));
        if (known != null) {
            return known;
        }
        if (param != null && !param.matches("messages|input|body|contents")) {
            return plain(param);
        }
        for (Pattern pattern : NAMED) {
            Matcher matcher = pattern.matcher(evidence);
            if (TextSpan.find(matcher, excluded)) {
                return plain(TextLimits.truncate(whole.substring(matcher.start(1), matcher.end(1)), TextLimits.NAME));
            }
        }
        return null;
    }

    /** Drops the full stop of a sentence. An image in the messages is refused as an image, not as that message. */
    private static String plain(String found) {
        String name = found.endsWith(".") ? found.substring(0, found.length() - 1) : found;
        return name.contains("image") && name.matches("(messages|input|contents)\\W.*") ? "image" : name;
    }

    private static Pattern pattern(String regex) {
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
    }
}

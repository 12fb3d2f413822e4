package dev.understudy.provider.anthropic;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Generation of a Claude model, by its name, as {@code claude-3-7-sonnet-20250219}, {@code claude-opus-4-6} or in the
 * forms of Bedrock and resellers. A name that tells nothing counts as the latest generation.
 *
 * @param reasons the model can think before it answers
 * @param adaptive the model chooses its budget by an effort; earlier ones are given the budget
 */
public record AnthropicModel(boolean reasons, boolean adaptive) {

    private static final Pattern OLD = Pattern.compile("claude-(?:instant|v?(\\d)(?!\\d)(?:[-.](\\d)(?!\\d))?)");
    private static final Pattern NEW = Pattern.compile("claude-[a-z]+-(\\d)(?!\\d)(?:[-.](\\d{1,2})(?!\\d))?");

    public static AnthropicModel of(String model) {
        String name = model.toLowerCase(Locale.ROOT);
        Matcher matcher = NEW.matcher(name);
        if (matcher.find()) {
            return of(matcher.group(1), matcher.group(2));
        }
        matcher = OLD.matcher(name);
        if (matcher.find()) {
            String major = matcher.group(1);
            return of(major == null ? "1" : major, matcher.group(2));
        }
        return new AnthropicModel(true, true);
    }

    private static AnthropicModel of(String major, @Nullable String minor) {
        int version = Integer.parseInt(major) * 100 + (minor == null ? 0 : Integer.parseInt(minor));
        return new AnthropicModel(version >= 307, version >= 406);
    }
}

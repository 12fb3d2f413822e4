package dev.understudy.provider.catalog;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Feature;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Recognises reasoning models by their names at any address: names of vendors ({@code openai/o3}), of regions ({@code
 * us.anthropic.claude-opus-5-v1:0}) and of deployments ({@code team-gpt-5-eu}) contain the name of the model. The longest
 * name that is contained counts, so that {@code gemini-2.5-flash-lite} is not taken for {@code gemini-2.5-flash}.
 */
final class ReasoningModels {

    /** Results that are remembered; names come from callers, so their number is limited. */
    private static final int REMEMBERED = 256;

    /** Models that others serve: open weights, and names that say so. */
    private static final Pattern OTHERS = Pattern.compile("(?:^|.*[^a-z0-9])"
            + "(?:o[1345]|gpt-oss|deepseek-r\\d|qwq|qwen3|magistral|minimax-m\\d|thinking|reasoner|reasoning|r1)"
            + "(?:[^a-z0-9].*|$)");

    private static final Pattern NONE = Pattern.compile(".*(?:non-(?:reasoning|thinking)|instruct|coder).*");

    private record Known(String name, boolean reasons) {}

    private final List<Known> known;
    private final Map<String, Boolean> results = new ConcurrentHashMap<>();

    private ReasoningModels(List<Known> known) {
        this.known = known;
    }

    /** @param hosts models by name, of each host */
    static ReasoningModels of(Collection<Map<String, Capabilities>> hosts) {
        Map<String, Boolean> names = new TreeMap<>();
        hosts.forEach(models -> models.forEach(
                (model, capabilities) -> names.merge(model, capabilities.has(Feature.REASONING), Boolean::logicalOr)));
        List<Known> known = new ArrayList<>();
        names.forEach((name, reasons) -> known.add(new Known(name, reasons)));
        known.sort(Comparator.comparingInt((Known one) -> one.name().length()).reversed());
        return new ReasoningModels(known);
    }

    /** Returns true if a model of this name may reason before it answers. */
    boolean reasons(String model) {
        Boolean before = results.get(model);
        if (before != null) {
            return before;
        }
        boolean result = recognise(model.toLowerCase(Locale.ROOT));
        if (results.size() >= REMEMBERED) {
            results.clear();
        }
        results.put(model, result);
        return result;
    }

    private boolean recognise(String model) {
        if (NONE.matcher(model).matches()) {
            return false;
        }
        for (Known one : known) {
            if (contains(model, one.name())) {
                return one.reasons() || OTHERS.matcher(model).matches();
            }
        }
        return OTHERS.matcher(model).matches();
    }

    /** True if the text contains the name, and no letter or digit is next to it. */
    private static boolean contains(String text, String name) {
        for (int at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
            int end = at + name.length();
            if ((at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1)))
                    && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)))) {
                return true;
            }
        }
        return false;
    }
}

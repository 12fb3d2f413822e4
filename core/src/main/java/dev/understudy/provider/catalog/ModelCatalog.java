package dev.understudy.provider.catalog;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Feature;
import java.net.URI;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Publicly known capabilities of models at their vendors' own addresses, from the resource {@code models.json}. They do
 * not hold behind a gateway, which has prices and limits of its own, and capabilities given with an endpoint take
 * precedence. Unknown values stay unknown.
 */
public final class ModelCatalog {

    private static final ModelCatalogFile FILE = ModelCatalogFile.read();
    private static final ReasoningModels NAMES = ReasoningModels.of(FILE.hosts().values());
    private static final Capabilities REASONING = Capabilities.assumed().withFeature(Feature.REASONING);

    /** A version suffix, ignored when a model is looked up: {@code -20251001}, {@code -2025-08-07}, {@code -001}. */
    private static final Pattern VERSION =
            Pattern.compile("(.+?)-(?:\\d{8}|\\d{4}-\\d\\d-\\d\\d|\\d\\d-\\d{4}|\\d{3,4}|latest|preview(?:-[\\d-]+)?)");

    private ModelCatalog() {}

    /** Reads the resource unless it was read before; blocks. Later look-ups do not block. */
    public static void load() {
        asOf();
    }

    /** Date of the last comparison with the vendors' price lists. */
    static LocalDate asOf() {
        return FILE.asOf();
    }

    /**
     * Publicly known capabilities of a model at this address, else the assumed ones. {@link Feature#REASONING} belongs to
     * a model and not to an address, so that a name which contains the name of a known reasoning model has it anywhere.
     */
    public static Capabilities capabilities(URI baseUrl, String model) {
        Map<String, Capabilities> models = at(baseUrl);
        Capabilities known = models.get(model);
        known = known != null ? known : models.get(withoutVersion(model));
        return known != null ? known : NAMES.reasons(model) ? REASONING : Capabilities.assumed();
    }

    /** Maximum output tokens by model name, of the given models and of those publicly known at this address. */
    public static Map<String, Integer> maxOutput(URI baseUrl, Map<String, Capabilities> given) {
        Map<String, Capabilities> models = new HashMap<>(at(baseUrl));
        models.putAll(given);
        Map<String, Integer> limits = new HashMap<>();
        models.forEach((model, capabilities) -> {
            if (capabilities.maxOutput() != null) {
                limits.put(model, capabilities.maxOutput());
            }
        });
        return limits;
    }

    /** Model name without its version suffix and without the prefix {@code models/}. */
    public static String withoutVersion(String model) {
        String name = model.startsWith("models/") ? model.substring(7) : model;
        Matcher version = VERSION.matcher(name);
        return version.matches() ? version.group(1) : name;
    }

    private static Map<String, Capabilities> at(URI baseUrl) {
        String host = baseUrl.getHost().toLowerCase(Locale.ROOT);
        Map<String, Capabilities> below = FILE.hosts().get(host + baseUrl.getPath());
        return below != null ? below : FILE.hosts().getOrDefault(host, Map.of());
    }

    /** Models known to continue a trailing assistant message, by host. */
    static Map<String, Set<String>> continuing() {
        Map<String, Set<String>> continuing = new TreeMap<>();
        FILE.hosts()
                .forEach((host, models) -> models.forEach((model, capabilities) -> {
                    if (capabilities.has(Feature.PREFILL)) {
                        continuing
                                .computeIfAbsent(host, none -> new TreeSet<>())
                                .add(model);
                    }
                }));
        return continuing;
    }
}

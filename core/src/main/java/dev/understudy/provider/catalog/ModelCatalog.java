package dev.understudy.provider.catalog;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Feature;
import dev.understudy.provider.json.JsonErrors;
import java.net.URI;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Publicly known capabilities of models at their vendors' own addresses. They do not hold behind a gateway, which has
 * prices and limits of its own, and capabilities given with an endpoint take precedence. Unknown values stay unknown.
 * The data come with the jar and can be replaced at run time, for all providers of the process.
 */
public final class ModelCatalog {

    private static final ModelCatalogFile KEPT = ModelCatalogFile.read("model-facts.json");
    private static final Capabilities REASONING = Capabilities.assumed().withFeature(Feature.REASONING);

    private static final ModelData OF_THE_JAR = ModelData.of(ModelCatalogFile.read("models.json"), KEPT);

    private static volatile ModelData data = OF_THE_JAR;

    private static final int SLOTS = 64;

    /** Models of addresses that were asked for lately, by hash: each call asks for the capabilities of its providers. */
    private static final AtomicReferenceArray<@Nullable Address> KNOWN = new AtomicReferenceArray<>(SLOTS);

    private record Address(ModelData data, URI baseUrl, Map<String, Capabilities> models) {}

    private ModelCatalog() {}

    /** Reads the data of the jar unless they were read before; blocks. Later look-ups do not block. */
    public static void load() {
        asOf();
    }

    /** Date of the figures in use. */
    public static LocalDate asOf() {
        return data.asOf();
    }

    /**
     * Replaces the figures by those of a document in the form of {@code models.json}. The facts of the jar stay.
     *
     * @return the date of the figures in use from now on
     * @throws CallFailed PROTOCOL if the document is no catalog; the figures in use stay
     */
    public static LocalDate use(byte[] document) {
        ModelCatalogFile file;
        try {
            file = ModelCatalogFile.parse(document, false);
        } catch (IllegalStateException | IllegalArgumentException | DateTimeException notACatalog) {
            throw JsonErrors.rejected("a document that is no model catalog");
        }
        if (file.hosts().isEmpty() || file.asOf().equals(LocalDate.MIN)) {
            throw JsonErrors.rejected("a model catalog without models or without a date");
        }
        data = ModelData.of(file, KEPT);
        return file.asOf();
    }

    /** Returns to the figures of the jar. */
    static void useThoseOfTheJar() {
        data = OF_THE_JAR;
    }

    /**
     * Publicly known capabilities of a model at this address, else the assumed ones. {@link Feature#REASONING} belongs to
     * a model and not to an address, so that a name which contains the name of a known reasoning model has it anywhere.
     */
    public static Capabilities capabilities(URI baseUrl, String model) {
        Map<String, Capabilities> models = at(baseUrl);
        Capabilities known = models.get(model);
        known = known != null ? known : models.get(withoutVersion(model));
        return known != null ? known : data.reasoning().reasons(model) ? REASONING : Capabilities.assumed();
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
        return ModelName.withoutVersion(model);
    }

    @SuppressWarnings("ReferenceEquality") // the data are replaced as a whole
    private static Map<String, Capabilities> at(URI baseUrl) {
        ModelData current = data;
        int slot = baseUrl.hashCode() & (SLOTS - 1);
        Address known = KNOWN.get(slot);
        if (known == null || known.data != current || !known.baseUrl.equals(baseUrl)) {
            known = new Address(current, baseUrl, at(baseUrl, current));
            KNOWN.set(slot, known);
        }
        return known.models;
    }

    private static Map<String, Capabilities> at(URI baseUrl, ModelData data) {
        Map<String, Map<String, Capabilities>> hosts = data.hosts();
        String host = baseUrl.getHost().toLowerCase(Locale.ROOT);
        Map<String, Capabilities> below = hosts.get(host + baseUrl.getPath());
        return below != null ? below : hosts.getOrDefault(host, Map.of());
    }

    /** Models known to continue a trailing assistant message, by host; their versions do too. */
    static Map<String, Set<String>> continuing() {
        Map<String, Set<String>> continuing = new TreeMap<>();
        KEPT.hosts()
                .forEach((host, models) -> models.forEach((model, facts) -> {
                    if (facts.with().contains(Feature.PREFILL)) {
                        continuing
                                .computeIfAbsent(host, none -> new TreeSet<>())
                                .add(model);
                    }
                }));
        return continuing;
    }
}

package dev.understudy.provider.catalog;

import dev.understudy.chat.Capabilities;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;

/**
 * Models by host, from a document of published figures and from the facts maintained in this project. Features and retirement dates
 * come from the facts first; of sizes and prices those of the later source come first.
 *
 * @param asOf date of the document
 */
record ModelData(LocalDate asOf, Map<String, Map<String, Capabilities>> hosts, ReasoningModels reasoning) {

    private static final String ANY = "*";

    static ModelData of(ModelCatalogFile document, ModelCatalogFile kept) {
        boolean later = document.asOf().isAfter(kept.asOf());
        Map<String, Map<String, Capabilities>> hosts = new HashMap<>();
        document.hosts().forEach((host, models) -> {
            Map<String, ModelFacts> ours = kept.hosts().getOrDefault(host, Map.of());
            Map<String, Capabilities> all = hosts.computeIfAbsent(host, none -> new HashMap<>());
            models.forEach((model, facts) ->
                    all.put(model, joined(facts, find(ours, model), later).capabilities()));
        });
        kept.hosts().forEach((host, models) -> {
            Map<String, Capabilities> all = hosts.computeIfAbsent(host, none -> new HashMap<>());
            models.forEach((model, facts) -> {
                if (!model.endsWith(ANY)) {
                    all.putIfAbsent(model, facts.capabilities());
                }
            });
        });
        hosts.replaceAll((host, models) -> Map.copyOf(models));
        return new ModelData(document.asOf(), Map.copyOf(hosts), ReasoningModels.of(hosts.values()));
    }

    private static ModelFacts joined(ModelFacts published, ModelFacts kept, boolean later) {
        ModelFacts features = kept.or(published);
        ModelFacts sizes = later ? published.or(kept) : features;
        return new ModelFacts(
                sizes.window(),
                sizes.maxOutput(),
                sizes.price(),
                features.severalPrices(),
                features.with(),
                features.without(),
                features.retires());
    }

    /** Returns the facts of this name, else of the name without its version, else of the longest beginning listed. */
    private static ModelFacts find(Map<String, ModelFacts> models, String model) {
        ModelFacts exact = models.get(model);
        ModelFacts found = exact == null ? models.get(ModelName.withoutVersion(model)) : exact;
        for (int end = model.length(); found == null && end > 0; end--) {
            found = models.get(model.substring(0, end) + ANY);
        }
        return found == null ? ModelFacts.NONE : found;
    }
}

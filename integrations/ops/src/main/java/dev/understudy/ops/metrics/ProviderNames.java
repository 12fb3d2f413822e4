package dev.understudy.ops.metrics;

import java.util.Locale;
import java.util.Map;

/** Names of providers as OpenTelemetry's semantic conventions for generative AI list them. */
final class ProviderNames {

    /** By the name that a preset of this library has, where the conventions use another one. */
    private static final Map<String, String> WELL_KNOWN = Map.ofEntries(
            Map.entry("azure", "azure.ai.openai"),
            Map.entry("bedrock", "aws.bedrock"),
            Map.entry("deepseek-beta", "deepseek"),
            Map.entry("gemini", "gcp.gemini"),
            Map.entry("grok", "x_ai"),
            Map.entry("mistral", "mistral_ai"),
            Map.entry("moonshot", "moonshot_ai"),
            Map.entry("vertex", "gcp.vertex_ai"),
            Map.entry("vertexai", "gcp.vertex_ai"),
            Map.entry("watsonx", "ibm.watsonx.ai"),
            Map.entry("xai", "x_ai"));

    private ProviderNames() {}

    /** Returns the listed name of a provider, or else its own name. */
    static String wellKnown(String provider) {
        return WELL_KNOWN.getOrDefault(provider.toLowerCase(Locale.ROOT), provider);
    }
}

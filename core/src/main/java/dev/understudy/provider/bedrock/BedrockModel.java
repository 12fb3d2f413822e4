package dev.understudy.provider.bedrock;

import java.util.Locale;

/** Families of models that differ in what Converse passes on to them. */
enum BedrockModel {
    /** Claude, also below a region or in an inference profile. */
    CLAUDE,
    /** Amazon Nova. */
    NOVA,
    /** Any other model. */
    OTHER;

    static BedrockModel of(String model) {
        String name = model.toLowerCase(Locale.ROOT);
        if (name.contains("anthropic.") || name.contains("claude")) {
            return CLAUDE;
        }
        return name.contains("amazon.nova") ? NOVA : OTHER;
    }

    /**
     * Returns true if tool results may hold images and documents, and the user may speak in the turn of the results.
     * Other models refuse both.
     */
    boolean isMedial() {
        return this != OTHER;
    }

    /** Returns true if prefixes are cached at marks of the request. */
    boolean isCaching() {
        return this != OTHER;
    }
}

package dev.understudy.provider.bedrock;

import java.util.Locale;

/** Families of models that differ in what Converse passes on to them. */
enum BedrockModel {
    /** Claude, also below a region or in an inference profile. */
    CLAUDE,
    /** Amazon Nova. */
    NOVA,
    /** Llama and Mistral, which refuse text and calls of tools in one turn. */
    LLAMA_OR_MISTRAL,
    /** Any other model. */
    OTHER;

    static BedrockModel of(String model) {
        String name = model.toLowerCase(Locale.ROOT);
        if (name.contains("anthropic.") || name.contains("claude")) {
            return CLAUDE;
        }
        if (name.contains("meta.llama") || name.contains("mistral.")) {
            return LLAMA_OR_MISTRAL;
        }
        return name.contains("amazon.nova") ? NOVA : OTHER;
    }

    /**
     * Returns true if tool results may hold images and documents, and the user may speak in the turn of the results.
     * Other models refuse both.
     */
    boolean isMedial() {
        return this == CLAUDE || this == NOVA;
    }

    /** Returns true if prefixes are cached at marks of the request. */
    boolean isCaching() {
        return this == CLAUDE || this == NOVA;
    }
}

package dev.understudy.provider;

import dev.understudy.chat.ResponseFormat;

/** What the model is told about the form of its answer, where the wire has no field for it. */
final class ToldFormat {

    private static final String ANY_JSON =
            "Answer with one valid JSON object and nothing else: no prose around it and no code fence.";

    private ToldFormat() {}

    /** "" for free text, and for a strict schema, which a field must hold the model to. */
    static String of(ResponseFormat format) {
        if (format instanceof ResponseFormat.Json) {
            return ANY_JSON;
        }
        return format instanceof ResponseFormat.JsonSchema schema && !schema.strict()
                ? ANY_JSON + " It fits this JSON schema: " + Json.text(schema.schema())
                : "";
    }
}

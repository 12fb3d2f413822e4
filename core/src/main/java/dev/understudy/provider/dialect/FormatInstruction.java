package dev.understudy.provider.dialect;

import dev.understudy.chat.ResponseFormat;
import dev.understudy.provider.json.Json;

/** What the model is told about the form of its answer, where the wire has no field for it. */
public final class FormatInstruction {

    private static final String ANY_JSON =
            "Answer with one valid JSON object and nothing else: no prose around it and no code fence.";

    private FormatInstruction() {}

    /** "" for free text, and for a strict schema, which a field must hold the model to. */
    public static String of(ResponseFormat format) {
        if (format instanceof ResponseFormat.Json) {
            return ANY_JSON;
        }
        return format instanceof ResponseFormat.JsonSchema schema && !schema.strict()
                ? ANY_JSON + " It fits this JSON schema: " + Json.text(schema.schema())
                : "";
    }
}

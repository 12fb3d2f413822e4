package dev.understudy.provider.dialect;

import dev.understudy.chat.ResponseFormat;
import dev.understudy.provider.json.Json;

/** Instruction about the answer format, for wire formats without a field for it. */
public final class FormatInstruction {

    private static final String ANY_JSON =
            "Answer with one valid JSON object and nothing else: no prose around it and no code fence.";

    private FormatInstruction() {}

    /** Returns the instruction; "" for free text and for a strict schema, which only a field can enforce. */
    public static String of(ResponseFormat format) {
        if (format instanceof ResponseFormat.Json) {
            return ANY_JSON;
        }
        return format instanceof ResponseFormat.JsonSchema schema && !schema.strict()
                ? ANY_JSON + " It fits this JSON schema: " + Json.text(schema.schema())
                : "";
    }
}

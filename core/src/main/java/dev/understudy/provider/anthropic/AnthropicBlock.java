package dev.understudy.provider.anthropic;

import dev.understudy.chat.ReasoningBlock;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import org.jspecify.annotations.Nullable;

/**
 * One content block, whole or as it begins.
 *
 * @param type "" if it has none
 * @param text of a text or reasoning block
 * @param reasoningSignature of a reasoning block
 * @param id of a tool call
 * @param name of the tool
 * @param input the arguments as JSON, "{}" without any
 */
record AnthropicBlock(
        String type,
        String text,
        ReasoningBlock.@Nullable Signature reasoningSignature,
        String id,
        String name,
        String input) {

    static AnthropicBlock read(JsonReader in) {
        String type = "";
        String text = "";
        ReasoningBlock.Signature reasoningSignature = null;
        String id = "";
        String name = "";
        String input = "{}";
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "type" -> type = in.word("");
                    case "text", "thinking" -> text = in.string("");
                    case "signature" -> reasoningSignature = signature(in.string(""), false);
                    case "data" -> reasoningSignature = signature(in.string(""), true);
                    case "id" -> id = in.string("");
                    case "name" -> name = in.string("");
                    case "input" -> input = in.isObject() ? JsonTree.text(in) : in.string("{}");
                    default -> in.skip();
                }
            }
        }
        return new AnthropicBlock(type, text, reasoningSignature, id, name, input);
    }

    static ReasoningBlock.@Nullable Signature signature(String value, boolean redacted) {
        return value.isEmpty() ? null : new ReasoningBlock.Signature(value, redacted, DialectName.ANTHROPIC);
    }
}

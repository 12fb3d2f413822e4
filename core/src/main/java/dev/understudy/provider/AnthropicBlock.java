package dev.understudy.provider;

import dev.understudy.chat.Seal;
import org.jspecify.annotations.Nullable;

/**
 * One content block, whole or as it begins.
 *
 * @param type "" if it has none
 * @param text of a text or a thought
 * @param seal of a thought
 * @param id of a tool call
 * @param name of the tool
 * @param input the arguments as JSON, "{}" without any
 */
record AnthropicBlock(String type, String text, @Nullable Seal seal, String id, String name, String input) {

    static AnthropicBlock read(JsonReader in) {
        String type = "";
        String text = "";
        Seal seal = null;
        String id = "";
        String name = "";
        String input = "{}";
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "type" -> type = in.word("");
                    case "text", "thinking" -> text = in.string("");
                    case "signature" -> seal = seal(in.string(""), false);
                    case "data" -> seal = seal(in.string(""), true);
                    case "id" -> id = in.string("");
                    case "name" -> name = in.string("");
                    case "input" -> input = in.isObject() ? JsonTree.text(in) : in.string("{}");
                    default -> in.skip();
                }
            }
        }
        return new AnthropicBlock(type, text, seal, id, name, input);
    }

    static @Nullable Seal seal(String value, boolean redacted) {
        return value.isEmpty() ? null : new Seal(value, redacted, Anthropic.NAME);
    }
}

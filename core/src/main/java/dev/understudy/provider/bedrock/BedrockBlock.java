package dev.understudy.provider.bedrock;

import dev.understudy.chat.ReasoningBlock;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import org.jspecify.annotations.Nullable;

/**
 * What a content block says, whole, as it begins, or a piece of it: Converse has the same fields for all three. Read
 * anew each time. Calls of tools that the vendor runs itself, and their results, say nothing.
 */
final class BedrockBlock {

    String text = "";
    String thought = "";
    String signature = "";
    String redacted = "";

    /** It is a tool call, or a piece of one. */
    boolean isCall;

    String callId = "";
    String name = "";
    String input = "";

    void clear() {
        text = "";
        thought = "";
        signature = "";
        redacted = "";
        isCall = false;
        callId = "";
        name = "";
        input = "";
    }

    /** The seal of a thought whose signature may have come in pieces. */
    static ReasoningBlock.@Nullable Signature signed(String signature) {
        return signature.isEmpty() ? null : new ReasoningBlock.Signature(signature, false, DialectName.BEDROCK_CONVERSE);
    }

    ReasoningBlock.@Nullable Signature seal() {
        return redacted.isEmpty()
                ? signed(signature)
                : new ReasoningBlock.Signature(redacted, true, DialectName.BEDROCK_CONVERSE);
    }

    void read(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "text" -> text = in.string("");
                case "citationsContent" -> cited(in);
                case "reasoningContent" -> reasoning(in);
                case "toolUse" -> call(in);
                default -> in.skip();
            }
        }
    }

    /** Words with their sources; the words are a part of the answer. */
    private void cited(JsonReader in) {
        if (!in.object()) {
            return;
        }
        StringBuilder words = new StringBuilder(text);
        while (in.nextField()) {
            if (in.field().equals("content") && in.array()) {
                while (in.nextElement()) {
                    if (in.object()) {
                        while (in.nextField()) {
                            if (in.field().equals("text")) {
                                words.append(in.string(""));
                            }
                        }
                    }
                }
            }
        }
        text = words.toString();
    }

    /** Whole thoughts have an object around text and signature, pieces have not. */
    private void reasoning(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "text" -> thought = in.string("");
                case "signature" -> signature = in.string("");
                case "redactedContent" -> redacted = in.string("");
                case "reasoningText" -> reasoning(in);
                default -> in.skip();
            }
        }
    }

    private void call(JsonReader in) {
        if (!in.object()) {
            return;
        }
        isCall = true;
        while (in.nextField()) {
            switch (in.field()) {
                case "toolUseId" -> callId = in.string("");
                case "name" -> name = in.string("");
                case "input" -> input = in.isObject() ? JsonTree.text(in) : in.string("");
                case "type" -> isCall = !in.string("").equals("server_tool_use");
                default -> in.skip();
            }
        }
    }
}

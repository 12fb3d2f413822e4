package dev.understudy.provider.bedrock;

import dev.understudy.chat.ReasoningBlock;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import org.jspecify.annotations.Nullable;

/**
 * Content block, whole, as it begins, or a fragment of it: Converse has the same fields for all three. Reset for each
 * event. Calls of tools that the vendor runs itself, and their results, have no content.
 */
final class BedrockBlock {

    String text = "";
    String reasoning = "";
    String signature = "";
    String redacted = "";

    /** The block is a tool call, or a fragment of one. */
    boolean isCall;

    String callId = "";
    String name = "";
    String input = "";

    void clear() {
        text = "";
        reasoning = "";
        signature = "";
        redacted = "";
        isCall = false;
        callId = "";
        name = "";
        input = "";
    }

    /** Returns the signature of a reasoning block, whose characters may have come in fragments. */
    static ReasoningBlock.@Nullable Signature signed(String signature) {
        return signature.isEmpty()
                ? null
                : new ReasoningBlock.Signature(signature, false, DialectName.BEDROCK_CONVERSE);
    }

    ReasoningBlock.@Nullable Signature reasoningSignature() {
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

    /** Reads text with its sources; the text is part of the answer. */
    private void cited(JsonReader in) {
        if (!in.object()) {
            return;
        }
        StringBuilder texts = new StringBuilder(text);
        while (in.nextField()) {
            if (in.field().equals("content") && in.array()) {
                while (in.nextElement()) {
                    if (in.object()) {
                        while (in.nextField()) {
                            if (in.field().equals("text")) {
                                texts.append(in.string(""));
                            }
                        }
                    }
                }
            }
        }
        text = texts.toString();
    }

    /** Reads reasoning: whole blocks have an object around text and signature, fragments have not. */
    private void reasoning(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "text" -> reasoning = in.string("");
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

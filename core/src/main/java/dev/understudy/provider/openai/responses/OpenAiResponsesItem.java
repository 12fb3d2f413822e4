package dev.understudy.provider.openai.responses;

import dev.understudy.chat.ReasoningBlock;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import org.jspecify.annotations.Nullable;

/**
 * One item of an answer, whole or as it begins. Items of tools that the vendor runs itself have a type only.
 *
 * @param type "" if it has none
 * @param id the item's own id, "" without one
 * @param text of a message
 * @param refusal of a message
 * @param thought of a reasoning item: its summary, or its text without a summary
 * @param reasoningSignature of a reasoning item
 * @param callId the id that the result of a call must name
 * @param name of the tool
 * @param arguments of a call as JSON, "" if it has none yet
 */
record OpenAiResponsesItem(
        String type,
        String id,
        String text,
        String refusal,
        String thought,
        ReasoningBlock.@Nullable Signature reasoningSignature,
        String callId,
        String name,
        String arguments) {

    static OpenAiResponsesItem read(JsonReader in) {
        String type = "";
        String id = "";
        StringBuilder text = new StringBuilder();
        StringBuilder refusal = new StringBuilder();
        StringBuilder summary = new StringBuilder();
        ReasoningBlock.Signature reasoningSignature = null;
        String callId = "";
        String name = "";
        String arguments = "";
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "type" -> type = in.word("");
                    case "id" -> id = in.string("");
                    case "content" -> parts(in, text, refusal);
                    case "summary" -> parts(in, summary, refusal);
                    case "encrypted_content" -> reasoningSignature = signature(in.string(""));
                    case "call_id" -> callId = in.string("");
                    case "name" -> name = in.string("");
                    case "arguments" -> arguments = in.isObject() ? JsonTree.text(in) : in.string("");
                    default -> in.skip();
                }
            }
        }
        boolean reasoning = type.equals("reasoning");
        return new OpenAiResponsesItem(
                type,
                id,
                reasoning ? "" : text.toString(),
                refusal.toString(),
                !reasoning ? "" : summary.length() > 0 ? summary.toString() : text.toString(),
                reasoningSignature,
                callId.isEmpty() ? id : callId,
                name,
                arguments);
    }

    private static void parts(JsonReader in, StringBuilder text, StringBuilder refusal) {
        if (!in.array()) {
            text.append(in.string(""));
            return;
        }
        while (in.nextElement()) {
            if (in.object()) {
                while (in.nextField()) {
                    switch (in.field()) {
                        case "text" -> text.append(in.string(""));
                        case "refusal" -> refusal.append(in.string(""));
                        default -> in.skip();
                    }
                }
            }
        }
    }

    private static ReasoningBlock.@Nullable Signature signature(String value) {
        return value.isEmpty() ? null : new ReasoningBlock.Signature(value, true, DialectName.OPENAI_RESPONSES);
    }

    boolean isMessage() {
        return type.equals("message");
    }

    boolean isReasoning() {
        return type.equals("reasoning");
    }

    boolean isCall() {
        return type.equals("function_call");
    }
}

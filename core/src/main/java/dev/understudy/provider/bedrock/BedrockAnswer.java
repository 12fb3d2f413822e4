package dev.understudy.provider.bedrock;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import java.util.ArrayList;
import java.util.List;

/** Decodes whole answers of Converse. */
final class BedrockAnswer {

    private final BedrockMetadata end = new BedrockMetadata();
    private final StringBuilder text = new StringBuilder();
    private final List<ReasoningBlock> reasoningBlocks = new ArrayList<>();
    private final List<ToolCall> calls = new ArrayList<>();
    private boolean hasContent;

    private BedrockAnswer() {}

    /** @throws CallFailed the error that the body reports, or PROTOCOL if it is no answer */
    static ChatResponse read(String provider, String model, byte[] body) {
        BedrockAnswer answer = new BedrockAnswer();
        JsonReader in = Json.read(body);
        answer.response(in);
        if (!answer.hasContent) {
            throw InBandError.noAnswer(body, "no Converse message in the answer");
        }
        answer.end.check();
        return new ChatResponse(
                answer.text.toString(),
                "",
                answer.reasoningBlocks,
                answer.calls,
                answer.end.finish(!answer.calls.isEmpty(), provider, model));
    }

    private void response(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "output" -> message(in);
                case "stopReason" -> end.stopReason = in.string();
                case "usage" -> end.usage(in);
                default -> in.skip();
            }
        }
    }

    private void message(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            if (in.field().equals("message")) {
                message(in);
            } else if (in.field().equals("content") && in.array()) {
                clear(); // of a repeated field the last one counts
                hasContent = true;
                BedrockBlock block = new BedrockBlock();
                while (in.nextElement()) {
                    block.clear();
                    block.read(in);
                    add(block);
                }
            }
        }
    }

    private void clear() {
        text.setLength(0);
        reasoningBlocks.clear();
        calls.clear();
    }

    private void add(BedrockBlock block) {
        text.append(block.text);
        ReasoningBlock.Signature reasoningSignature = block.reasoningSignature();
        if (!block.reasoning.isEmpty() || reasoningSignature != null) {
            reasoningBlocks.add(new ReasoningBlock(block.reasoning, reasoningSignature));
        }
        if (block.isCall) {
            calls.add(new ToolCall(block.callId, block.name, block.input.isEmpty() ? "{}" : block.input));
        }
    }
}

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

/** Reads a whole answer of Converse. */
final class BedrockAnswer {

    private final BedrockMetadata end = new BedrockMetadata();
    private final StringBuilder text = new StringBuilder();
    private final List<ReasoningBlock> reasoningBlocks = new ArrayList<>();
    private final List<ToolCall> calls = new ArrayList<>();
    private boolean hasContent;

    private BedrockAnswer() {}

    /**
     * @throws CallFailed the error it holds in place of an answer, or PROTOCOL if it is no answer at all
     */
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
                forget(); // of a field that is said twice the last counts
                hasContent = true;
                BedrockBlock block = new BedrockBlock();
                while (in.nextElement()) {
                    block.clear();
                    block.read(in);
                    take(block);
                }
            }
        }
    }

    private void forget() {
        text.setLength(0);
        reasoningBlocks.clear();
        calls.clear();
    }

    private void take(BedrockBlock block) {
        text.append(block.text);
        ReasoningBlock.Signature reasoningSignature = block.seal();
        if (!block.thought.isEmpty() || reasoningSignature != null) {
            reasoningBlocks.add(new ReasoningBlock(block.thought, reasoningSignature));
        }
        if (block.isCall) {
            calls.add(new ToolCall(block.callId, block.name, block.input.isEmpty() ? "{}" : block.input));
        }
    }
}

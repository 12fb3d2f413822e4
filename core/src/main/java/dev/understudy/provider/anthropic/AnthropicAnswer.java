package dev.understudy.provider.anthropic;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import java.util.ArrayList;
import java.util.List;

/** Decodes whole answers. Blocks of tools that the vendor runs itself are skipped. */
public final class AnthropicAnswer {

    private final AnthropicMetadata end = new AnthropicMetadata();
    private final StringBuilder text = new StringBuilder();
    private final List<ReasoningBlock> reasoningBlocks = new ArrayList<>();
    private final List<ToolCall> calls = new ArrayList<>();
    private boolean hasContent;
    private boolean hasError;

    private AnthropicAnswer() {}

    /** @throws CallFailed the error that the body reports, or PROTOCOL if it is no answer */
    public static ChatResponse read(String provider, String model, byte[] body) {
        AnthropicAnswer answer = new AnthropicAnswer();
        JsonReader in = Json.read(body);
        answer.message(in);
        if (answer.hasError) {
            throw InBandError.of(body, 0, body.length);
        }
        if (!answer.hasContent) {
            throw InBandError.noAnswer(body, "no Anthropic message in the answer");
        }
        return new ChatResponse(
                answer.text.toString(),
                "",
                answer.reasoningBlocks,
                answer.calls,
                answer.end.finish(!answer.calls.isEmpty(), provider, model));
    }

    private void message(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            if (end.read(in)) {
                continue;
            }
            if (in.field().equals("content") && in.array()) {
                clear(); // of a repeated field the last one counts
                hasContent = true;
                while (in.nextElement()) {
                    block(in);
                }
            } else if (in.field().equals("error") && !in.isNull()) {
                hasError = true;
            }
        }
    }

    private void clear() {
        text.setLength(0);
        reasoningBlocks.clear();
        calls.clear();
    }

    private void block(JsonReader in) {
        AnthropicBlock block = AnthropicBlock.read(in);
        switch (block.type()) {
            case "text" -> text.append(block.text());
            case "thinking", "redacted_thinking" -> {
                if (!block.text().isEmpty() || block.reasoningSignature() != null) {
                    reasoningBlocks.add(new ReasoningBlock(block.text(), block.reasoningSignature()));
                }
            }
            case "tool_use" -> calls.add(new ToolCall(block.id(), block.name(), block.input()));
            default -> {}
        }
    }
}

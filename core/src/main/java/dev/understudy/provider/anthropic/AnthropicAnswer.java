package dev.understudy.provider.anthropic;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.CallArguments;
import dev.understudy.provider.dialect.ErrorField;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import java.util.ArrayList;
import java.util.List;

/** Decodes whole answers. */
public final class AnthropicAnswer {

    private final AnthropicMetadata end = new AnthropicMetadata();
    private final List<ContentBlock> blocks = new ArrayList<>();
    private boolean hasContent;
    private boolean hasError;

    private AnthropicAnswer() {}

    /**
     * Reads a whole answer.
     *
     * @throws CallFailed the error that the body reports, or PROTOCOL if it is no answer
     */
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
        boolean calls = answer.blocks.stream().anyMatch(ToolCall.class::isInstance);
        return new ChatResponse(answer.blocks, answer.end.finish(calls, provider, model));
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
                blocks.clear(); // of a repeated field the last one counts
                hasContent = true;
                while (in.nextElement()) {
                    block(in);
                }
            } else if (in.field().equals("error") && ErrorField.isSet(in)) {
                hasError = true;
            }
        }
    }

    private void block(JsonReader in) {
        AnthropicBlock block = AnthropicBlock.read(in);
        end.served(block.fallback());
        ContentBlock content = block.content();
        if (content instanceof ToolCall call && call.name().isEmpty()) {
            throw CallArguments.rejected("a tool call without a name");
        }
        if (content != null) {
            blocks.add(content);
        }
    }
}

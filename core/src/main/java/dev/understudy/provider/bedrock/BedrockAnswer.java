package dev.understudy.provider.bedrock;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.CallArguments;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import java.util.ArrayList;
import java.util.List;

/** Decodes whole answers of Converse. */
final class BedrockAnswer {

    private final BedrockMetadata end = new BedrockMetadata();
    private final List<ContentBlock> blocks = new ArrayList<>();
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
        boolean calls = answer.blocks.stream().anyMatch(ToolCall.class::isInstance);
        return new ChatResponse(answer.blocks, answer.end.finish(calls, provider, model));
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
                blocks.clear(); // of a repeated field the last one counts
                hasContent = true;
                BedrockBlock block = new BedrockBlock();
                while (in.nextElement()) {
                    block.clear();
                    block.read(in);
                    ContentBlock content = block.content();
                    if (content instanceof ToolCall call && call.name().isEmpty()) {
                        throw CallArguments.rejected("a tool call without a name");
                    }
                    if (content != null) {
                        blocks.add(content);
                    }
                }
            }
        }
    }
}

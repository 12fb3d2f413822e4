package dev.understudy.provider.cohere;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.CallArguments;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.Logprobs;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decodes whole answers. */
final class CohereAnswer {

    private CohereAnswer() {}

    /** @throws CallFailed the error that the body reports, or PROTOCOL if it is no answer */
    static ChatResponse read(String provider, ChatRequest request, byte[] body) {
        CohereTextData textData = new CohereTextData(request);
        CohereMetadata end = new CohereMetadata();
        CohereMessage message = new CohereMessage();
        boolean hasMessage = false;
        JsonReader in = Json.read(body);
        if (in.object()) {
            while (in.nextField()) {
                if (in.field().equals("message") && in.isObject()) {
                    hasMessage = true;
                    message.read(in);
                } else if (in.field().equals(Logprobs.FIELD)) {
                    textData.logprobs(in);
                } else if (!end.read(in)) {
                    in.skip();
                }
            }
        }
        end.failIfError(body, 0, body.length);
        if (!hasMessage) {
            throw InBandError.noAnswer(body, "no Cohere message in the answer");
        }
        List<ContentBlock> blocks = new ArrayList<>();
        if (!message.thinking.isEmpty() || !message.plan.isEmpty()) {
            blocks.add(new ReasoningBlock(message.thinking, planSignature(message.plan)));
        }
        if (!message.text.isEmpty()) {
            textData.citations(message.citations);
            blocks.add(new ContentBlock.Text(message.text, textData.data()));
        }
        if (message.calls.stream().anyMatch(call -> call.name().isEmpty())) {
            throw CallArguments.rejected("a tool call without a name");
        }
        message.calls.forEach(call -> blocks.add(new ToolCall(call.id(), call.name(), call.arguments())));
        return new ChatResponse(blocks, end.finish(!message.calls.isEmpty(), provider, request.model()));
    }

    /**
     * Returns the tool plan as a signature: it is neither answer nor visible reasoning, but must be sent back with
     * the calls.
     */
    static ReasoningBlock.@Nullable Signature planSignature(String plan) {
        return plan.isEmpty() ? null : new ReasoningBlock.Signature(plan, true, DialectName.COHERE);
    }
}

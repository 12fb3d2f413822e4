package dev.understudy.provider.openai.responses;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Decodes whole answers. */
final class OpenAiResponsesAnswer {

    private final OpenAiResponsesMetadata end = new OpenAiResponsesMetadata();
    private final List<OpenAiResponsesItem> items = new ArrayList<>();
    private boolean hasOutput;

    private final Set<String> clientCalls;

    private OpenAiResponsesAnswer(Set<String> clientCalls) {
        this.clientCalls = clientCalls;
    }

    /** @throws CallFailed the error that the body reports, or PROTOCOL if it is no finished answer */
    static ChatResponse read(String provider, ChatRequest request, byte[] body) {
        OpenAiResponsesAnswer answer = new OpenAiResponsesAnswer(OpenAiClientTools.callsOf(request));
        JsonReader in = Json.read(body);
        answer.response(in);
        if (answer.end.hasError || answer.end.hasFailed()) {
            throw InBandError.of(body, 0, body.length);
        }
        if (!answer.hasOutput) {
            throw InBandError.noAnswer(body, "JSON without output where an answer was expected");
        }
        return answer.response(provider, request.model());
    }

    private void response(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            if (!end.read(in) && in.field().equals("output") && in.array()) {
                hasOutput = true;
                items.clear(); // of a repeated field the last one counts
                while (in.nextElement()) {
                    items.add(OpenAiResponsesItem.read(in, clientCalls));
                }
            }
        }
    }

    private ChatResponse response(String provider, String model) {
        if (end.status.equals("queued") || end.status.equals("in_progress")) {
            throw JsonErrors.rejected("an answer with status " + end.status);
        }
        List<ContentBlock> blocks = new ArrayList<>();
        items.forEach(item -> blocks.addAll(item.blocks()));
        boolean calls = blocks.stream().anyMatch(ToolCall.class::isInstance);
        return new ChatResponse(blocks, end.finish(calls, provider, model));
    }
}

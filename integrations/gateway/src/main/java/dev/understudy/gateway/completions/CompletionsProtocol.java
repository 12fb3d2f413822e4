package dev.understudy.gateway.completions;

import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.AnswerHead;
import dev.understudy.gateway.protocol.ClientCall;
import dev.understudy.gateway.protocol.ClientProtocol;
import io.netty.handler.codec.http.HttpHeaders;
import tools.jackson.databind.JsonNode;

/** OpenAI's Chat Completions API. */
public final class CompletionsProtocol implements ClientProtocol {

    @Override
    public ClientCall read(JsonFields body, HttpHeaders headers) {
        return CompletionRequest.of(body);
    }

    @Override
    public ClientCall.Events events(JsonNode form, AnswerHead head, HttpHeaders headers) {
        return CompletionRequest.events(form, head);
    }
}

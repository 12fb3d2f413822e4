package dev.understudy.gateway.completions;

import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.ClientCall;
import dev.understudy.gateway.protocol.ClientProtocol;
import io.netty.handler.codec.http.HttpHeaders;

/** OpenAI's Chat Completions API. */
public final class CompletionsProtocol implements ClientProtocol {

    @Override
    public ClientCall read(JsonFields body, HttpHeaders headers) {
        return CompletionRequest.of(body);
    }
}

package dev.understudy.gateway.messages;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.AnswerHead;
import dev.understudy.gateway.protocol.ClientCall;
import dev.understudy.gateway.protocol.ClientProtocol;
import dev.understudy.policy.TokenCounter;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Anthropic's Messages API. */
public final class MessagesProtocol implements ClientProtocol {

    private static final String STOPS = "stops";

    private record Call(ChatRequest request, boolean isStream, List<String> stops) implements ClientCall {

        @Override
        public String answer(ChatResponse response, AnswerHead head) {
            return MessagesAnswer.of(response, head, stops);
        }

        @Override
        public Events events(AnswerHead head) {
            return new MessagesEvents(head, stops);
        }

        @Override
        public JsonNode form() {
            ObjectNode form = JsonFields.JSON.createObjectNode();
            ArrayNode all = form.putArray(STOPS);
            stops.forEach(all::add);
            return form;
        }
    }

    @Override
    public ClientCall read(JsonFields body, HttpHeaders headers) {
        ChatRequest request = MessagesRequest.of(body, headers, true);
        return new Call(request, body.flag("stream"), request.sampling().stop());
    }

    @Override
    public ClientCall.Events events(JsonNode form, AnswerHead head, HttpHeaders headers) {
        List<String> stops = new ArrayList<>();
        form.path(STOPS).forEach(stop -> stops.add(stop.asString("")));
        return new MessagesEvents(head, stops);
    }

    /** Returns the answer of {@code count_tokens}: an estimate, because the vendor that will answer is not known. */
    public static String countTokens(JsonFields body, HttpHeaders headers) {
        ChatRequest request = MessagesRequest.of(body, headers, false);
        JsonNode tools = body.find("tools");
        int tokens = TokenCounter.characters().countAll(request.messages())
                + (tools == null ? 0 : TokenCounter.estimate(tools.toString()));
        return JsonFields.JSON
                .createObjectNode()
                .put("input_tokens", tokens)
                .put("estimated", true)
                .toString();
    }
}

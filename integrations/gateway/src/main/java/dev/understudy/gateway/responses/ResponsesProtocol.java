package dev.understudy.gateway.responses;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.AnswerHead;
import dev.understudy.gateway.protocol.ClientCall;
import dev.understudy.gateway.protocol.ClientProtocol;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's Responses API. */
public final class ResponsesProtocol implements ClientProtocol {

    /** Limit of the held items, in characters. */
    private static final long HELD = 16 << 20;

    private static final String STORE = "store";
    private static final String REQUEST = "request";

    private final HeldItems held = new HeldItems(HELD);

    private record Call(ChatRequest request, boolean isStream, ResponsesAnswer answer) implements ClientCall {

        @Override
        public String answer(ChatResponse response, AnswerHead head) {
            return answer.whole(response, head);
        }

        @Override
        public Events events(AnswerHead head) {
            return new ResponsesEvents(head, answer);
        }

        @Override
        public Events keptEvents(AnswerHead head) {
            answer.held().keepMessages(ResponsesAnswer.id(head));
            return events(head);
        }

        @Override
        public JsonNode form() {
            ObjectNode form =
                    JsonFields.JSON.createObjectNode().put(STORE, answer.held().isKept());
            form.set(REQUEST, answer.request());
            return form;
        }
    }

    @Override
    public ClientCall read(JsonFields body, HttpHeaders headers) {
        HeldItems.Of own = own(headers);
        ChatRequest request = ResponsesRequest.of(body, own);
        boolean kept = !body.has("store") || body.flag("store");
        ResponsesConversation conversation = new ResponsesConversation(own, kept, withoutInstructions(body, request));
        return new Call(request, body.flag("stream"), new ResponsesAnswer(body.node(), conversation));
    }

    private HeldItems.Of own(HttpHeaders headers) {
        String key = headers.get(HttpHeaderNames.AUTHORIZATION, "") + " " + headers.get("x-api-key", "");
        return held.of(HeldItems.owner(key));
    }

    /** Holds the conversation if this instance knows it: the stream may have begun on another one. */
    @Override
    public ClientCall.Events events(JsonNode form, AnswerHead head, HttpHeaders headers) {
        ResponsesConversation conversation =
                ResponsesConversation.again(own(headers), form.path(STORE).asBoolean(false), ResponsesAnswer.id(head));
        return new ResponsesEvents(head, new ResponsesAnswer(form.path(REQUEST), conversation));
    }

    /** The instructions of a call are not those of the next one that continues it. */
    private static List<Message> withoutInstructions(JsonFields body, ChatRequest request) {
        String instructions = body.findText("instructions");
        List<Message> messages = request.messages();
        return instructions == null || instructions.isEmpty() ? messages : messages.subList(1, messages.size());
    }
}

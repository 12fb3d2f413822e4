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

/** OpenAI's Responses API. */
public final class ResponsesProtocol implements ClientProtocol {

    /** Limit of the held items, in characters. */
    private static final long HELD = 16 << 20;

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
    }

    @Override
    public ClientCall read(JsonFields body, HttpHeaders headers) {
        String key = headers.get(HttpHeaderNames.AUTHORIZATION, "") + " " + headers.get("x-api-key", "");
        HeldItems.Of own = held.of(HeldItems.owner(key));
        ChatRequest request = ResponsesRequest.of(body, own);
        boolean kept = !body.has("store") || body.flag("store");
        ResponsesConversation conversation = new ResponsesConversation(own, kept, withoutInstructions(body, request));
        return new Call(request, body.flag("stream"), new ResponsesAnswer(body.node(), conversation));
    }

    /** The instructions of a call are not those of the next one that continues it. */
    private static List<Message> withoutInstructions(JsonFields body, ChatRequest request) {
        String instructions = body.findText("instructions");
        List<Message> messages = request.messages();
        return instructions == null || instructions.isEmpty() ? messages : messages.subList(1, messages.size());
    }
}

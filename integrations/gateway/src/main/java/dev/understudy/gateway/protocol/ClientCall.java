package dev.understudy.gateway.protocol;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import tools.jackson.databind.JsonNode;

/** A call of a client, which writes its answer in the client's protocol. */
public interface ClientCall {

    /** Returns the request with the model that the client named. */
    ChatRequest request();

    /** Returns true if the client wants a stream. */
    boolean isStream();

    /** Returns the body of a whole answer. */
    String answer(ChatResponse response, AnswerHead head);

    /** Returns the encoder of one stream. */
    Events events(AnswerHead head);

    /** Returns the encoder of a stream that is kept, and remembers what its later readers need on this instance. */
    default Events keptEvents(AnswerHead head) {
        return events(head);
    }

    /** Returns what an encoder needs of the request, for {@link ClientProtocol#events} on any instance. */
    JsonNode form();

    /** Encodes one stream as server-sent events. Not thread-safe. */
    interface Events {

        /** Returns the events of a chunk; "" for none. */
        String of(StreamChunk chunk);

        /** Returns true if the event that ends the stream was returned. */
        boolean isFinished();

        /** Returns what is sent during a silence. */
        default String keepAlive() {
            return EventText.comment("keep-alive");
        }

        /** Returns the event of a failure, after which nothing follows. */
        String failed(CallError error);
    }
}

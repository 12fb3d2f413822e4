package dev.understudy.gateway.protocol;

import dev.understudy.gateway.json.JsonFields;
import io.netty.handler.codec.http.HttpHeaders;
import tools.jackson.databind.JsonNode;

/** Reads the requests of one API that clients speak, and encodes its streams again for readers that come back. */
public interface ClientProtocol {

    /**
     * Reads a request.
     *
     * @param body the body
     * @param headers header fields of the request
     * @throws dev.understudy.gateway.json.BadRequest for a request that cannot be answered as it is
     */
    ClientCall read(JsonFields body, HttpHeaders headers);

    /**
     * Returns an encoder of a stream that an earlier request began.
     *
     * @param form {@link ClientCall#form} of that request
     * @param head head of the answer
     * @param headers header fields of the request that reads it now
     */
    ClientCall.Events events(JsonNode form, AnswerHead head, HttpHeaders headers);
}

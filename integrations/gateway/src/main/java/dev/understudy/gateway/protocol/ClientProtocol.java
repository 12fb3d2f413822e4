package dev.understudy.gateway.protocol;

import dev.understudy.gateway.json.JsonFields;
import io.netty.handler.codec.http.HttpHeaders;

/** Reads the requests of one API that clients speak. */
@FunctionalInterface
public interface ClientProtocol {

    /**
     * Reads a request.
     *
     * @param body the body
     * @param headers header fields of the request
     * @throws dev.understudy.gateway.json.BadRequest for a request that cannot be answered as it is
     */
    ClientCall read(JsonFields body, HttpHeaders headers);
}

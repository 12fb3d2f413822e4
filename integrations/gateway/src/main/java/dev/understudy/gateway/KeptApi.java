package dev.understudy.gateway;

import dev.understudy.gateway.protocol.ClientProtocol;

/**
 * An API whose streams may be kept.
 *
 * @param path path of the API, without its first slash
 * @param protocol the protocol
 * @param prefix beginning of the ids of answers, which the id of the stream follows
 * @param query query of the address of a stream; "" for none
 */
record KeptApi(String path, ClientProtocol protocol, String prefix, String query) {

    /** Returns the address at which a stream is read. */
    String address(String stream) {
        return "/" + path + "/" + prefix + stream + query;
    }

    /** Returns the id of the stream of an answer. */
    String stream(String answer) {
        return answer.startsWith(prefix) ? answer.substring(prefix.length()) : answer;
    }
}

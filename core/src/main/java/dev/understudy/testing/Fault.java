package dev.understudy.testing;

import dev.understudy.testing.WireFormat.Trouble;

/**
 * Fault of a reply.
 *
 * @param kind type of the fault
 * @param faultPoint position in the reply
 * @param trouble error content, for {@link Kind#ERROR} only
 */
record Fault(Kind kind, ScriptedReply.FaultPoint faultPoint, Trouble trouble) {

    enum Kind {
        /** Closes the connection with FIN in the middle of the answer. */
        CUT,
        /** Resets the connection (RST); over HTTP/2, the stream. */
        RESET,
        /** Resets the connection (RST) with all its streams. */
        RESET_CONNECTION,
        /** Sends GOAWAY that excludes this answer, then closes. */
        ABANDON,
        /** Sends GOAWAY and completes this answer. */
        GO_AWAY,
        /** Sends nothing more and keeps the connection open. */
        STALL,
        /** Sends an error in the vendor's format within the answer, then ends without terminal marker. */
        ERROR,
        /** Sends an unreadable event, then the rest of the answer. */
        GARBLE
    }
}

package dev.understudy.testing;

import dev.understudy.testing.WireFormat.Trouble;

/**
 * What goes wrong in an answer.
 *
 * @param kind what
 * @param faultPoint where
 * @param trouble what is said of it, for {@link Kind#ERROR} only
 */
record Fault(Kind kind, ScriptedReply.FaultPoint faultPoint, Trouble trouble) {

    enum Kind {
        /** The connection ends in an orderly way (FIN) in the middle of the answer. */
        CUT,
        /** The connection is reset (RST); over HTTP/2, the stream. */
        RESET,
        /** The connection is reset (RST), and all that is on it. */
        RESET_CONNECTION,
        /** The connection is given up (GOAWAY), and this answer with it. */
        ABANDON,
        /** The connection is given up (GOAWAY) once this answer is whole. */
        GO_AWAY,
        /** Nothing more comes, and the connection stays open. */
        STALL,
        /** An error of the vendor's form inside the answer, and then an orderly end without terminal marker. */
        ERROR,
        /** An event that cannot be read, and then the rest of the answer. */
        GARBLE
    }
}

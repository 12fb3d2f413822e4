package dev.understudy.provider.dialect;

/** Decoder of an answer that the vendor stores: it goes on over another connection, after the last event it decoded. */
public interface ResumableDecoder extends StreamDecoder {

    /** Continues over another connection: the end of the previous one was not the end of the answer. */
    void reconnect();

    /** Returns true if the current event has a position from which the vendor can resume. */
    boolean isNumbered();

    /** Returns the id of the answer; "" if not received. */
    String id();
}

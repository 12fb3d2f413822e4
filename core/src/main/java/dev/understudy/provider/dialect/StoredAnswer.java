package dev.understudy.provider.dialect;

import dev.understudy.chat.StreamChunk.ResumeToken;

/**
 * A streamed answer that the vendor stores, so that its events can be read again over another connection. Thread-safe.
 * The key that requested the answer is kept by the transport, which reads on with that key only.
 */
public interface StoredAnswer extends ResumeToken {

    /**
     * Returns a decoder for the next connection, which repeats first what earlier connections delivered. Decoders of
     * earlier connections deliver nothing from now on.
     */
    StreamDecoder connect();

    /** Returns the path of the events that were not read yet, relative to the endpoint's base URL. */
    String rest();
}

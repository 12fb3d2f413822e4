package dev.understudy.provider.http;

import dev.understudy.chat.StreamChunk.ResumeToken;
import dev.understudy.provider.dialect.StoredAnswer;

/**
 * A stored answer together with the key that requested it.
 *
 * @param lease the only key that may read the answer again
 */
record StoredContinuation(StoredAnswer answer, KeyRing.Lease lease) implements ResumeToken {

    @Override
    public String provider() {
        return answer.provider();
    }

    @Override
    public String model() {
        return answer.model();
    }

    @Override
    public boolean isAlive() {
        return answer.isAlive();
    }
}

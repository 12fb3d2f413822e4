package dev.understudy.gateway.kept;

import dev.understudy.gateway.key.ClientKey;
import dev.understudy.gateway.protocol.AnswerHead;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The client that started a stream, and that alone may read it.
 *
 * @param key name of its key, which is charged; "" for a client without a key
 * @param salt random text
 * @param proof {@link ClientKey#proof} with the salt
 */
public record StreamOwner(String key, String salt, String proof) {

    private static final StreamOwner NOBODY = new StreamOwner("", "", "");

    /**
     * Returns the owner of a stream that begins.
     *
     * @param key key of the client; {@code null} if it needs none
     */
    public static StreamOwner of(@Nullable ClientKey key) {
        if (key == null) {
            return NOBODY;
        }
        String salt = AnswerHead.randomId();
        return new StreamOwner(key.name(), salt, key.proof(salt));
    }

    /** Returns true for the client that started the stream. Compares in constant time. */
    public boolean is(@Nullable ClientKey other) {
        return MessageDigest.isEqual(bytes(proof), bytes(other == null ? "" : other.proof(salt)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

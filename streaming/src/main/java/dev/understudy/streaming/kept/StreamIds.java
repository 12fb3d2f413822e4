package dev.understudy.streaming.kept;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Unguessable ids of 160 bits. They are derived from one random key, because the source of random bytes may block, which an
 * event loop must not.
 */
final class StreamIds {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int ID_BYTES = 20;

    private StreamIds() {}

    static Supplier<String> secure() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return of(key);
    }

    static Supplier<String> of(byte[] key) {
        SecretKeySpec secret = new SecretKeySpec(key, ALGORITHM);
        AtomicLong count = new AtomicLong();
        return () -> id(secret, count.incrementAndGet());
    }

    private static String id(SecretKeySpec secret, long number) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            byte[] digest =
                    mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, ID_BYTES));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("Every Java platform has " + ALGORITHM, missing);
        }
    }
}

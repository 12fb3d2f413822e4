package dev.understudy.provider.endpoint;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * A key that is never printed. Each secret has a fingerprint with a random salt per process: it identifies the key in
 * the logs of one process and reveals no part of it.
 */
public final class Secret {

    private static final byte[] SALT = new byte[16];

    static {
        new SecureRandom().nextBytes(SALT);
    }

    private final String value;
    private final String fingerprint;

    private Secret(String value) {
        this.value = value;
        this.fingerprint = fingerprintOf(value);
    }

    /**
     * Wraps a key.
     *
     * @param value the key
     * @return the secret
     * @throws IllegalArgumentException if the key is blank or has characters that an HTTP header cannot carry; the
     *     message does not contain the key
     */
    public static Secret of(String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException("A key is empty: is the environment variable set?");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c >= 127) {
                throw new IllegalArgumentException(
                        "A key has a character at position " + i
                                + " that no HTTP header can carry (white space, a line break or non-ASCII): was it cut or pasted?");
            }
        }
        return new Secret(value);
    }

    /**
     * Identifier of the key within this process; contains no part of the key.
     *
     * @return {@code "key-"} and eight hexadecimal digits
     */
    public String fingerprint() {
        return fingerprint;
    }

    /**
     * The key itself, for writing it into a request.
     *
     * @return the key
     */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.value.equals(value);
    }

    @Override
    public int hashCode() {
        return fingerprint.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }

    private static String fingerprintOf(String value) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(SALT);
            byte[] hash = digest.digest(value.getBytes(StandardCharsets.UTF_8));
            return "key-" + HexFormat.of().formatHex(hash, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}

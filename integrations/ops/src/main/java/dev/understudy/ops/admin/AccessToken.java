package dev.understudy.ops.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** A bearer token of an operator. Only its SHA-256 hash is kept, and comparison takes constant time. */
final class AccessToken {

    static final int MIN_LENGTH = 16;

    private final byte[] hash;

    private AccessToken(byte[] hash) {
        this.hash = hash;
    }

    /**
     * @throws IllegalArgumentException if the token is shorter than 16 characters or has characters that no header
     *     carries; the message does not contain it
     */
    static AccessToken of(String token) {
        if (token.length() < MIN_LENGTH || !token.matches("[A-Za-z0-9._~+/-]+=*")) {
            throw new IllegalArgumentException("A token has " + MIN_LENGTH
                    + " characters or more, of letters, digits and -._~+/ (with = at the end): openssl rand -hex 32");
        }
        return new AccessToken(hash(token));
    }

    /** Compares in a time that does not depend on the presented token. */
    boolean matches(@Nullable String shown) {
        return MessageDigest.isEqual(hash, hash(shown == null ? "" : shown)) && shown != null;
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AccessToken token && MessageDigest.isEqual(hash, token.hash);
    }

    @Override
    public int hashCode() {
        return hash[0];
    }

    @Override
    public String toString() {
        return "***";
    }
}

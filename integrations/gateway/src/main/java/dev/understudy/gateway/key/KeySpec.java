package dev.understudy.gateway.key;

/** Name, SHA-256 and limits of a key. */
public final class KeySpec {

    private final String name;
    private final byte[] digest;
    private final KeyLimits limits;

    KeySpec(String name, byte[] digest, KeyLimits limits) {
        this.name = name;
        this.digest = digest.clone();
        this.limits = limits;
    }

    static KeySpec of(String name, String secret, KeyLimits limits) {
        return new KeySpec(name, Sha256.of(secret), limits);
    }

    /** Returns the name, which is no secret. */
    public String name() {
        return name;
    }

    byte[] digest() {
        return digest.clone();
    }

    KeyLimits limits() {
        return limits;
    }

    @Override
    public String toString() {
        return name;
    }
}

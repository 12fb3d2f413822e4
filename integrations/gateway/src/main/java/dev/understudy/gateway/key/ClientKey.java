package dev.understudy.gateway.key;

import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Key of a client, known by its SHA-256 only, with its limits. Thread-safe. */
public final class ClientKey {

    private final String name;
    private final byte[] digest;
    private final KeyLimits limits;
    private final KeyMeter meter;

    ClientKey(String name, byte[] digest, KeyLimits limits, KeyMeter meter) {
        this.name = name;
        this.digest = digest.clone();
        this.limits = limits;
        this.meter = meter;
    }

    /** Returns the name, which is no secret. */
    public String name() {
        return name;
    }

    /** Returns the limits. */
    public KeyLimits limits() {
        return limits;
    }

    /** Counts a call that begins, or returns why it is refused. */
    public @Nullable Refusal start() {
        return meter.start(limits);
    }

    /** Counts a call that goes on, whatever the limits are: as one at a time, not as one more request. */
    public void goOn() {
        meter.goOn();
    }

    /** Counts the end of a call that was not refused. */
    public void end() {
        meter.end();
    }

    /** Counts the usage of an attempt. */
    public void charge(long tokens, double cost) {
        meter.charge(limits, tokens, cost);
    }

    KeyState state() {
        return meter.state(limits);
    }

    void exchanged(Spending sent, Spending all) {
        meter.exchanged(sent, all);
    }

    /** Compares in constant time. */
    boolean matches(byte[] shown) {
        return MessageDigest.isEqual(digest, shown);
    }

    /** Returns a text that tells nothing about the key, and that only this key has together with the salt. */
    public String proof(String salt) {
        return HexFormat.of().formatHex(Sha256.of(salt + HexFormat.of().formatHex(digest)));
    }

    @Override
    public String toString() {
        return name;
    }
}

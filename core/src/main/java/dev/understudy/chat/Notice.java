package dev.understudy.chat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Something that happened inside a provider and is worth an operator's attention. */
public sealed interface Notice {

    /**
     * A key is left out for a while, and another one is used where there is one.
     *
     * @param provider whose key
     * @param keyFingerprint which key
     * @param kind why: rate limit, quota or a wrong key
     * @param forHowLong until it is used again; {@code null} means until the configuration is loaded anew
     * @param next fingerprint of the key used instead; {@code null} when none is left
     */
    record KeyGated(
            String provider,
            String keyFingerprint,
            FailureKind kind,
            @Nullable Duration forHowLong,
            @Nullable String next)
            implements Notice {}
}

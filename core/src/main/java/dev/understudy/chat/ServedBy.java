package dev.understudy.chat;

import java.util.Objects;

/**
 * Who served an answer, and what it took to get there.
 *
 * @param requestedProvider the first provider that was eligible
 * @param requestedModel the model the caller named
 * @param provider who answered
 * @param model the model of the route that answered
 * @param fallback whether that is not the first provider and model
 * @param attemptLog every attempt and every skipped route, the serving attempt last
 */
public record ServedBy(
        String requestedProvider,
        String requestedModel,
        String provider,
        String model,
        boolean fallback,
        AttemptLog attemptLog) {
    public ServedBy {
        Objects.requireNonNull(requestedProvider, "requestedProvider");
        Objects.requireNonNull(requestedModel, "requestedModel");
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(attemptLog, "trail");
    }

    /** Said by a single provider that was asked directly. */
    public static ServedBy by(String provider, String model) {
        return new ServedBy(provider, model, provider, model, false, AttemptLog.empty());
    }
}

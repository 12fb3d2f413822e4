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
 * @param trail every attempt and every skipped route, the serving attempt last
 */
public record Served(
        String requestedProvider, String requestedModel, String provider, String model, boolean fallback, Trail trail) {
    public Served {
        Objects.requireNonNull(requestedProvider, "requestedProvider");
        Objects.requireNonNull(requestedModel, "requestedModel");
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(trail, "trail");
    }


    /** Said by a single provider that was asked directly. */
    public static Served by(String provider, String model) {
        return new Served(provider, model, provider, model, false, Trail.empty());
    }
}

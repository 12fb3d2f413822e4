package dev.understudy.chat;

import java.util.Objects;

/**
 * The route that served an answer, and the attempts of the call.
 *
 * @param requestedProvider name of the provider that is asked first while all are healthy: the first configured one that
 *     can serve the request, the one an operator switched to, or the one the selection chose
 * @param requestedModel the model in the request
 * @param provider name of the provider that answered
 * @param model the model of the route that answered
 * @param fallback {@code true} if the answer came from another provider or model than that, also while another provider is
 *     the active one
 * @param attemptLog every attempt and every skipped route, the serving attempt last
 */
public record ServedBy(
        String requestedProvider,
        String requestedModel,
        String provider,
        String model,
        boolean fallback,
        AttemptLog attemptLog) {
    /**
     * Checks that no required value is {@code null}.
     *
     * @param requestedProvider name of the provider that is asked first while all are healthy
     * @param requestedModel the model in the request
     * @param provider name of the provider that answered
     * @param model the model of the route that answered
     * @param fallback {@code true} if the answer came from another provider or model than the first
     * @param attemptLog every attempt and every skipped route
     */
    public ServedBy {
        Objects.requireNonNull(requestedProvider, "requestedProvider");
        Objects.requireNonNull(requestedModel, "requestedModel");
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(attemptLog, "attemptLog");
    }

    /**
     * Describes an answer of a provider that was called directly.
     *
     * @param provider name of the provider
     * @param model the model in the request
     * @return the description, without fallback and attempts
     */
    public static ServedBy by(String provider, String model) {
        return new ServedBy(provider, model, provider, model, false, AttemptLog.empty());
    }
}

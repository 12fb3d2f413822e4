package dev.understudy.chat;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An event inside a provider, reported to the call in progress through {@link CallScope#report}. */
public sealed interface ProviderEvent {

    /**
     * An API key is not used for a while.
     *
     * @param provider name of the provider
     * @param keyFingerprint salted fingerprint of the key
     * @param kind cause: rate limit, quota or invalid key
     * @param duration time until the key is used again; {@code null} until the provider is created anew
     */
    record KeyCoolingDown(
            String provider,
            String keyFingerprint,
            FailureKind kind,
            @Nullable Duration duration) implements ProviderEvent {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param provider name of the provider
         * @param keyFingerprint salted fingerprint of the key
         * @param kind cause
         * @param duration time until the key is used again
         */
        public KeyCoolingDown {
            Objects.requireNonNull(provider, "provider");
            Objects.requireNonNull(keyFingerprint, "keyFingerprint");
            Objects.requireNonNull(kind, "kind");
        }

        @Override
        public String toString() {
            return provider + " does not use " + keyFingerprint
                    + (duration == null ? " any more" : " for " + span(duration)) + " because of " + kind.label();
        }

        private static String span(Duration wait) {
            return wait.toSeconds() < 10 ? wait.toMillis() + " ms" : wait.toSeconds() + " s";
        }
    }

    /**
     * The first content of a call arrived from one of several providers. Reported by an understudy to decorators around
     * it.
     *
     * @param provider name of the provider
     * @param model the model as the provider names it
     */
    record FirstContentFrom(String provider, String model) implements ProviderEvent {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param provider name of the provider
         * @param model the model as the provider names it
         */
        public FirstContentFrom {
            Objects.requireNonNull(provider, "provider");
            Objects.requireNonNull(model, "model");
        }

        @Override
        public String toString() {
            return provider + "/" + model + " answers";
        }
    }

    /**
     * The next API key is used at once after another one was refused.
     *
     * @param provider name of the provider
     * @param keyFingerprint salted fingerprint of the key that is used now
     */
    record KeyRotated(String provider, String keyFingerprint) implements ProviderEvent {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param provider name of the provider
         * @param keyFingerprint salted fingerprint of the key that is used now
         */
        public KeyRotated {
            Objects.requireNonNull(provider, "provider");
            Objects.requireNonNull(keyFingerprint, "keyFingerprint");
        }

        @Override
        public String toString() {
            return provider + " continues with " + keyFingerprint;
        }
    }

    /** Change of a part of a request that a model does not accept. */
    enum Change {
        /**
         * The request is sent without a parameter that the target has no word for, or sent again without one that the
         * model refused and the answer does not depend on.
         */
        LEFT_OUT("is asked without %s, which it does not accept"),
        /** The request is sent again with the other name of a parameter that the model refused. */
        RENAMED("is asked again with another name for %s, which it refuses"),
        /**
         * Content that another vendor produced was converted before sending, because this model does not accept its
         * form.
         */
        REWRITTEN("gets %s in the form that it accepts");

        private final String words;

        Change(String words) {
            this.words = words;
        }
    }

    /**
     * A request was changed because the model does not accept a part of it. A refused parameter is left out or renamed
     * in later calls from the start.
     *
     * @param provider name of the provider
     * @param model the model as the provider names it
     * @param parameter field of the request's body, such as {@code "temperature"}
     * @param change the change
     */
    record RequestAdapted(String provider, String model, String parameter, Change change) implements ProviderEvent {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param provider name of the provider
         * @param model the model as the provider names it
         * @param parameter field of the request's body
         * @param change the change
         */
        public RequestAdapted {
            Objects.requireNonNull(provider, "provider");
            Objects.requireNonNull(model, "model");
            Objects.requireNonNull(parameter, "parameter");
            Objects.requireNonNull(change, "change");
        }

        @Override
        public String toString() {
            return provider + "/" + model + " " + change.words.formatted(parameter);
        }
    }
}

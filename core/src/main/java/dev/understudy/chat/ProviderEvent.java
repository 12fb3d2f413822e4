package dev.understudy.chat;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Something that happened inside a provider and is worth an operator's attention. */
public sealed interface ProviderEvent {

    /**
     * A key is left out for a while.
     *
     * @param provider whose key
     * @param keyFingerprint which key
     * @param kind why: rate limit, quota or a wrong key
     * @param duration time until it is used again; {@code null} means until the provider is created anew
     */
    record KeyCoolingDown(
            String provider,
            String keyFingerprint,
            FailureKind kind,
            @Nullable Duration duration) implements ProviderEvent {
        public KeyCoolingDown {
            Objects.requireNonNull(provider, "provider");
            Objects.requireNonNull(keyFingerprint, "keyFingerprint");
            Objects.requireNonNull(kind, "kind");
        }

        @Override
        public String toString() {
            return provider + " leaves " + keyFingerprint + " out "
                    + (duration == null ? "for good" : "for " + span(duration)) + " because of " + kind.label();
        }

        private static String span(Duration wait) {
            return wait.toSeconds() < 10 ? wait.toMillis() + " ms" : wait.toSeconds() + " s";
        }
    }

    /**
     * A provider among several has said its first word: the answer comes from there. Heard by whoever stands around a door.
     *
     * @param provider who answers
     * @param model for which model
     */
    record FirstContentFrom(String provider, String model) implements ProviderEvent {
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
     * The next key is used at once instead of one that was turned away.
     *
     * @param provider whose key
     * @param keyFingerprint which key
     */
    record KeyRotated(String provider, String keyFingerprint) implements ProviderEvent {
        public KeyRotated {
            Objects.requireNonNull(provider, "provider");
            Objects.requireNonNull(keyFingerprint, "keyFingerprint");
        }

        @Override
        public String toString() {
            return provider + " goes on with " + keyFingerprint;
        }
    }

    /** What was done about a part of a request that a model does not accept as it is. */
    enum Change {
        /** The model refused a parameter that the answer does not depend on: it is asked again without it. */
        LEFT_OUT("is asked again without %s, which it refuses"),
        /** The model refused a parameter that has another name as well: it is asked again with that. */
        RENAMED("is asked again with another name for %s, which it refuses"),
        /** What another vendor wrote is known not to be accepted here, and was written anew before it was sent. */
        REWRITTEN("gets %s in the form that it accepts");

        private final String words;

        Change(String words) {
            this.words = words;
        }
    }

    /**
     * A request is sent otherwise than it was given, for the model does not accept it as it is. What it refused is left
     * out, or sent under its other name, in later calls from the start.
     *
     * @param provider who was asked
     * @param model for which model
     * @param parameter the field of the request's body, {@code "temperature"}
     * @param change what was done about it
     */
    record RequestAdapted(String provider, String model, String parameter, Change change) implements ProviderEvent {
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

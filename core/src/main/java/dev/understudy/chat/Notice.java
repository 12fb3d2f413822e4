package dev.understudy.chat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Something that happened inside a provider and is worth an operator's attention. */
public sealed interface Notice {

    /**
     * A key is left out for a while.
     *
     * @param provider whose key
     * @param keyFingerprint which key
     * @param kind why: rate limit, quota or a wrong key
     * @param forHowLong until it is used again; {@code null} means until the configuration is loaded anew
     */
    record KeyGated(
            String provider,
            String keyFingerprint,
            FailureKind kind,
            @Nullable Duration forHowLong) implements Notice {
        @Override
        public String toString() {
            return provider + " leaves " + keyFingerprint + " out "
                    + (forHowLong == null ? "for good" : "for " + span(forHowLong)) + " because of " + kind.label();
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
    record Answering(String provider, String model) implements Notice {
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
    record KeyUsed(String provider, String keyFingerprint) implements Notice {
        @Override
        public String toString() {
            return provider + " goes on with " + keyFingerprint;
        }
    }

    /**
     * A model refuses a parameter that the answer does not depend on: it is asked again without it, or under its other
     * name, and so are later calls from the start.
     *
     * @param provider who was asked
     * @param model for which model
     * @param parameter the field of the request's body, {@code "temperature"}
     */
    record Adapted(String provider, String model, String parameter) implements Notice {
        @Override
        public String toString() {
            return provider + "/" + model + " is asked again without " + parameter + ", which it refuses";
        }
    }
}

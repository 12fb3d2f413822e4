package dev.understudy.chat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The attempts and the skipped routes of a call, in order.
 *
 * @param attempts the entries, oldest first
 */
public record AttemptLog(List<Attempt> attempts) {

    private static final AttemptLog EMPTY = new AttemptLog(List.of());

    /** Outcome of an attempt. */
    public enum Outcome {
        /** The attempt served the answer. */
        SERVED,
        /** The attempt failed before anything of it was delivered. */
        FAILED,
        /** The route was not asked. */
        SKIPPED,
        /** The attempt failed after a part of the answer was delivered. */
        PARTIAL,
        /** The attempt was sent, and nothing of it was used: another one was faster, or its content was withdrawn. */
        WASTED,
        /** The caller cancelled the call during the attempt. */
        CANCELLED
    }

    /**
     * One attempt, or one skipped route. Immutable; equal by value. Created by factories and withers, so that values
     * can be added without breaking callers.
     */
    public static final class Attempt {

        private final String provider;
        private final String model;
        private final int attempt;
        private final int maxAttempts;
        private final Outcome outcome;
        private final @Nullable Failure failure;
        private final Timing timing;
        private final Usage usage;
        private final @Nullable String keyFingerprint;
        private final int dropped;

        private Attempt(
                String provider,
                String model,
                int attempt,
                int maxAttempts,
                Outcome outcome,
                @Nullable Failure failure,
                Timing timing,
                Usage usage,
                @Nullable String keyFingerprint,
                int dropped) {
            this.provider = Objects.requireNonNull(provider, "provider");
            this.model = Objects.requireNonNull(model, "model");
            this.attempt = attempt;
            this.maxAttempts = maxAttempts;
            this.outcome = Objects.requireNonNull(outcome, "outcome");
            this.failure = failure;
            this.timing = Objects.requireNonNull(timing, "timing");
            this.usage = Objects.requireNonNull(usage, "usage");
            this.keyFingerprint = keyFingerprint;
            this.dropped = dropped;
        }

        /**
         * Describes the first and only allowed attempt on a route, without failure, times and usage.
         *
         * @param provider name of the provider
         * @param model the model as the provider names it
         * @param outcome outcome of the attempt
         * @return the attempt
         */
        public static Attempt of(String provider, String model, Outcome outcome) {
            return new Attempt(provider, model, 1, 1, outcome, null, Timing.NONE, Usage.none(), null, 0);
        }

        /**
         * Describes a route that was not asked.
         *
         * @param provider name of the provider
         * @param model the model as the provider names it
         * @param reason why it was skipped
         * @return the entry
         */
        public static Attempt skipped(String provider, String model, Failure reason) {
            return new Attempt(provider, model, 0, 0, Outcome.SKIPPED, reason, Timing.NONE, Usage.none(), null, 0);
        }

        /**
         * Returns the name of the provider.
         *
         * @return the name
         */
        public String provider() {
            return provider;
        }

        /**
         * Returns the model as the provider names it.
         *
         * @return the model
         */
        public String model() {
            return model;
        }

        /**
         * Returns the number of this attempt on its provider and model, from 1; 0 for a skipped route.
         *
         * @return the number
         */
        public int attempt() {
            return attempt;
        }

        /**
         * Returns the attempts that were allowed on this provider and model; 0 for a skipped route.
         *
         * @return the number
         */
        public int maxAttempts() {
            return maxAttempts;
        }

        /**
         * Returns the outcome.
         *
         * @return the outcome
         */
        public Outcome outcome() {
            return outcome;
        }

        /**
         * Returns the failure, or why the route was skipped; {@code null} if it served.
         *
         * @return the failure
         */
        public @Nullable Failure failure() {
            return failure;
        }

        /**
         * Returns the times of the attempt.
         *
         * @return the times
         */
        public Timing timing() {
            return timing;
        }

        /**
         * Returns the tokens of the attempt.
         *
         * @return the tokens
         */
        public Usage usage() {
            return usage;
        }

        /**
         * Returns the salted fingerprint of the API key; {@code null} if unknown.
         *
         * @return the fingerprint
         */
        public @Nullable String keyFingerprint() {
            return keyFingerprint;
        }

        /**
         * Returns the number of messages that were trimmed to fit the context window.
         *
         * @return the number
         */
        public int dropped() {
            return dropped;
        }

        /**
         * Returns a copy with another number.
         *
         * @param attempt number of the attempt on its route, from 1
         * @param maxAttempts attempts allowed on its route
         * @return a copy
         */
        public Attempt withNumber(int attempt, int maxAttempts) {
            if (attempt == this.attempt && maxAttempts == this.maxAttempts) {
                return this;
            }
            return new Attempt(
                    provider, model, attempt, maxAttempts, outcome, failure, timing, usage, keyFingerprint, dropped);
        }

        /**
         * Returns a copy with another outcome.
         *
         * @param outcome outcome of the attempt
         * @return a copy
         */
        public Attempt withOutcome(Outcome outcome) {
            return new Attempt(
                    provider, model, attempt, maxAttempts, outcome, failure, timing, usage, keyFingerprint, dropped);
        }

        /**
         * Returns a copy with another failure.
         *
         * @param failure the failure; {@code null} for none
         * @return a copy
         */
        public Attempt withFailure(@Nullable Failure failure) {
            if (failure == null && this.failure == null) {
                return this;
            }
            return new Attempt(
                    provider, model, attempt, maxAttempts, outcome, failure, timing, usage, keyFingerprint, dropped);
        }

        /**
         * Returns a copy with other times.
         *
         * @param timing the times
         * @return a copy
         */
        public Attempt withTiming(Timing timing) {
            return new Attempt(
                    provider, model, attempt, maxAttempts, outcome, failure, timing, usage, keyFingerprint, dropped);
        }

        /**
         * Returns a copy with other tokens.
         *
         * @param usage the tokens
         * @return a copy
         */
        public Attempt withUsage(Usage usage) {
            return new Attempt(
                    provider, model, attempt, maxAttempts, outcome, failure, timing, usage, keyFingerprint, dropped);
        }

        /**
         * Returns a copy with another key fingerprint.
         *
         * @param keyFingerprint salted fingerprint of the key; {@code null} if unknown
         * @return a copy
         */
        public Attempt withKeyFingerprint(@Nullable String keyFingerprint) {
            if (Objects.equals(keyFingerprint, this.keyFingerprint)) {
                return this;
            }
            return new Attempt(
                    provider, model, attempt, maxAttempts, outcome, failure, timing, usage, keyFingerprint, dropped);
        }

        /**
         * Returns a copy with another number of trimmed messages.
         *
         * @param dropped the number
         * @return a copy
         */
        public Attempt withDropped(int dropped) {
            if (dropped == this.dropped) {
                return this;
            }
            return new Attempt(
                    provider, model, attempt, maxAttempts, outcome, failure, timing, usage, keyFingerprint, dropped);
        }

        @Override
        public boolean equals(@Nullable Object object) {
            return object instanceof Attempt other
                    && Objects.equals(provider, other.provider)
                    && Objects.equals(model, other.model)
                    && attempt == other.attempt
                    && maxAttempts == other.maxAttempts
                    && Objects.equals(outcome, other.outcome)
                    && Objects.equals(failure, other.failure)
                    && Objects.equals(timing, other.timing)
                    && Objects.equals(usage, other.usage)
                    && Objects.equals(keyFingerprint, other.keyFingerprint)
                    && dropped == other.dropped;
        }

        @Override
        public int hashCode() {
            return Objects.hash(
                    provider, model, attempt, maxAttempts, outcome, failure, timing, usage, keyFingerprint, dropped);
        }

        /** {@code provider=p1 model=m attempt 1/3: rate_limited 429; error=…}. */
        @Override
        public String toString() {
            StringBuilder line = new StringBuilder("provider=")
                    .append(provider)
                    .append(" model=")
                    .append(model);
            if (attempt > 0) {
                line.append(" attempt ").append(attempt).append('/').append(maxAttempts);
            }
            line.append(": ");
            if (failure == null) {
                return PrintableText.of(line.append(outcome.name().toLowerCase(java.util.Locale.ROOT))
                        .toString());
            }
            line.append(failure.kind().label());
            if (failure.status() != 0) {
                line.append(' ').append(failure.status());
            }
            if (failure.code() != null) {
                line.append(" (").append(failure.code()).append(')');
            }
            return PrintableText.of(
                    line.append("; error=").append(failure.message()).toString());
        }
    }

    /**
     * Times of an attempt.
     *
     * @param waited time before the attempt, for back-off or a Retry-After
     * @param took time from sending to the end
     * @param firstContent time from sending to the first content; {@code null} without content
     */
    public record Timing(
            Duration waited, Duration took, @Nullable Duration firstContent) {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param waited time before the attempt
         * @param took time from sending to the end
         * @param firstContent time from sending to the first content
         */
        public Timing {
            Objects.requireNonNull(waited, "waited");
            Objects.requireNonNull(took, "took");
        }

        /** Times of an entry that was not sent. */
        public static final Timing NONE = new Timing(Duration.ZERO, Duration.ZERO, null);
    }

    /**
     * Copies the collections.
     *
     * @param attempts the entries
     */
    public AttemptLog {
        attempts = List.copyOf(attempts);
    }

    /**
     * Returns a log without entries.
     *
     * @return the log
     */
    public static AttemptLog empty() {
        return EMPTY;
    }

    /**
     * Returns a copy with one entry appended.
     *
     * @param attempt the entry
     * @return a copy
     */
    public AttemptLog plus(Attempt attempt) {
        if (attempts.isEmpty()) {
            return new AttemptLog(List.of(attempt));
        }
        java.util.ArrayList<Attempt> longer = new java.util.ArrayList<>(attempts.size() + 1);
        longer.addAll(attempts);
        longer.add(attempt);
        return new AttemptLog(longer);
    }

    /**
     * Returns the number of attempts that were sent.
     *
     * @return the number, skipped routes excluded
     */
    public int attemptCount() {
        return (int)
                attempts.stream().filter(e -> e.outcome() != Outcome.SKIPPED).count();
    }

    /**
     * Returns the tokens of all attempts together.
     *
     * @return the sum
     */
    public Usage usage() {
        Usage sum = Usage.none();
        for (Attempt attempt : attempts) {
            sum = sum.plus(attempt.usage());
        }
        return sum;
    }

    /**
     * Returns the failure of the first attempt that was sent and failed, or else of the first skipped route.
     *
     * @return the failure; {@code null} if there is none
     */
    public @Nullable Failure cause() {
        Failure skipped = null;
        for (Attempt attempt : attempts) {
            Failure failure = attempt.failure();
            if (failure != null && attempt.outcome() != Outcome.SKIPPED) {
                return failure;
            }
            skipped = skipped == null ? failure : skipped;
        }
        return skipped;
    }
}

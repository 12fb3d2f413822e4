package dev.understudy.chat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Every attempt of a call and every route that was skipped, in order.
 *
 * @param attempts what was done, oldest first
 */
public record AttemptLog(List<Attempt> attempts) {

    private static final AttemptLog EMPTY = new AttemptLog(List.of());

    /** How an attempt ended. */
    public enum Outcome {
        /** It gave the answer. */
        SERVED,
        /** It gave nothing that was shown. */
        FAILED,
        /** It was not asked. */
        SKIPPED,
        /** It gave the beginning of an answer and failed. */
        PARTIAL,
        /** It was asked, and nothing of it was used: another was faster, or what it gave was taken back. */
        WASTED,
        /** It was asked, and the caller left before the answer was whole. */
        CANCELLED
    }

    /**
     * One attempt, or one skipped route.
     *
     * @param provider who was asked
     * @param model for which model
     * @param attempt which try on this provider and model, from 1; 0 when it was skipped
     * @param of how many tries it could have had
     * @param outcome how it ended
     * @param failure why it did not serve
     * @param timing how long everything took
     * @param usage tokens it cost
     * @param keyFingerprint which key was used
     * @param dropped how many of the oldest messages were left out to fit the context window
     */
    public record Attempt(
            String provider,
            String model,
            int attempt,
            int of,
            Outcome outcome,
            @Nullable Failure failure,
            Timing timing,
            Usage usage,
            @Nullable String keyFingerprint,
            int dropped) {
        public Attempt {
            Objects.requireNonNull(provider, "provider");
            Objects.requireNonNull(model, "model");
            Objects.requireNonNull(outcome, "outcome");
            Objects.requireNonNull(timing, "timing");
            Objects.requireNonNull(usage, "usage");
        }

        /** A route that was not asked. */
        public static Attempt skipped(String provider, String model, Failure why) {
            return new Attempt(provider, model, 0, 0, Outcome.SKIPPED, why, Timing.NONE, Usage.none(), null, 0);
        }

        /** {@code provider=p1 model=m attempt 1/3: rate_limited 429; error=…}. */
        @Override
        public String toString() {
            StringBuilder line = new StringBuilder("provider=")
                    .append(provider)
                    .append(" model=")
                    .append(model);
            if (attempt > 0) {
                line.append(" attempt ").append(attempt).append('/').append(of);
            }
            line.append(": ");
            if (failure == null) {
                return line.append(outcome.name().toLowerCase(java.util.Locale.ROOT))
                        .toString();
            }
            line.append(failure.kind().label());
            if (failure.status() != 0) {
                line.append(' ').append(failure.status());
            }
            if (failure.code() != null) {
                line.append(" (").append(failure.code()).append(')');
            }
            return line.append("; error=").append(failure.message()).toString();
        }
    }

    /**
     * How long everything took.
     *
     * @param waited before the attempt, by back-off or by order of the vendor
     * @param took from sending to the end
     * @param firstContent from sending to the first content, where there was any
     */
    public record Timing(
            Duration waited, Duration took, @Nullable Duration firstContent) {
        public Timing {
            Objects.requireNonNull(waited, "waited");
            Objects.requireNonNull(took, "took");
        }

        public static final Timing NONE = new Timing(Duration.ZERO, Duration.ZERO, null);
    }

    public AttemptLog {
        attempts = List.copyOf(attempts);
    }

    public static AttemptLog empty() {
        return EMPTY;
    }

    /** The same trail with one more entry; this one is unchanged. */
    public AttemptLog plus(Attempt attempt) {
        java.util.ArrayList<Attempt> longer = new java.util.ArrayList<>(attempts.size() + 1);
        longer.addAll(attempts);
        longer.add(attempt);
        return new AttemptLog(longer);
    }

    /** How many attempts were sent. */
    public int attemptCount() {
        return (int)
                attempts.stream().filter(e -> e.outcome() != Outcome.SKIPPED).count();
    }

    /** Tokens of all attempts together. */
    public Usage usage() {
        return attempts.stream().map(Attempt::usage).reduce(Usage.none(), Usage::plus);
    }

    /** Failure of the first attempt that was sent and failed, or else of the first skipped route; {@code null} for none. */
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

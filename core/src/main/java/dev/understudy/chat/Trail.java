package dev.understudy.chat;

import java.util.Objects;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every attempt of a call and every route that was skipped, in order.
 *
 * @param entries what was done, oldest first
 */
public record Trail(List<Entry> entries) {

    private static final Trail EMPTY = new Trail(List.of());

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
    public record Entry(
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
        public Entry {
            Objects.requireNonNull(provider, "provider");
            Objects.requireNonNull(model, "model");
            Objects.requireNonNull(outcome, "outcome");
            Objects.requireNonNull(timing, "timing");
            Objects.requireNonNull(usage, "usage");
        }


        /** A route that was not asked. */
        public static Entry skipped(String provider, String model, Failure why) {
            return new Entry(provider, model, 0, 0, Outcome.SKIPPED, why, Timing.NONE, Usage.none(), null, 0);
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

    public Trail {
        entries = List.copyOf(entries);
    }

    public static Trail empty() {
        return EMPTY;
    }

    /** The same trail with one more entry; this one is unchanged. */
    public Trail plus(Entry entry) {
        java.util.ArrayList<Entry> longer = new java.util.ArrayList<>(entries.size() + 1);
        longer.addAll(entries);
        longer.add(entry);
        return new Trail(longer);
    }

    /** How many attempts were sent. */
    public int attempts() {
        return (int)
                entries.stream().filter(e -> e.outcome() != Outcome.SKIPPED).count();
    }

    /** Tokens of all attempts together. */
    public Usage usage() {
        return entries.stream().map(Entry::usage).reduce(Usage.none(), Usage::plus);
    }

    /** Failure of the first attempt that was sent and failed, or else of the first skipped route; {@code null} for none. */
    public @Nullable Failure cause() {
        Failure skipped = null;
        for (Entry entry : entries) {
            Failure failure = entry.failure();
            if (failure != null && entry.outcome() != Outcome.SKIPPED) {
                return failure;
            }
            skipped = skipped == null ? failure : skipped;
        }
        return skipped;
    }
}

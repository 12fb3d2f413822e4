package dev.understudy.examples;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An attempt log as a table: one row for each attempt and each skipped route. */
final class AttemptTable {

    private static final List<String> HEAD = List.of(
            "provider", "model", "try", "outcome", "because of", "waited", "took", "first content", "tokens", "key");
    private static final String NOTHING = "-";

    private AttemptTable() {}

    static List<String> of(AttemptLog attemptLog) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        attemptLog.attempts().forEach(attempt -> rows.add(row(attempt)));
        int[] widths = new int[HEAD.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            lines.add(line(row, widths));
            if (row == HEAD) {
                lines.add("-".repeat(Arrays.stream(widths).sum() + 2 * (widths.length - 1)));
            }
        }
        return lines;
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i);
            line.append(i == 0 ? "" : "  ").append(cell).append(" ".repeat(widths[i] - cell.length()));
        }
        return line.toString().stripTrailing();
    }

    private static List<String> row(AttemptLog.Attempt attempt) {
        AttemptLog.Timing timing = attempt.timing();
        return List.of(
                attempt.provider(),
                attempt.model(),
                attempt.attempt() == 0 ? NOTHING : attempt.attempt() + "/" + attempt.maxAttempts(),
                attempt.outcome().name().toLowerCase(Locale.ROOT),
                why(attempt.failure()),
                millis(timing.waited()),
                millis(timing.took()),
                millis(timing.firstContent()),
                tokens(attempt.usage()),
                attempt.keyFingerprint() == null ? NOTHING : attempt.keyFingerprint());
    }

    private static String why(@Nullable Failure failure) {
        if (failure == null) {
            return NOTHING;
        }
        String kind = failure.kind().label();
        if (failure.status() != 0) {
            return kind + " " + failure.status();
        }
        Failure.Phase phase = failure.phase();
        return failure.kind() == FailureKind.TIMEOUT && phase != null ? kind + " (" + phase.label() + ")" : kind;
    }

    private static String millis(@Nullable Duration duration) {
        return duration == null || duration.isZero() ? NOTHING : duration.toMillis() + " ms";
    }

    private static String tokens(Usage usage) {
        return usage.total() == 0 ? NOTHING : usage.input() + " in, " + usage.output() + " out";
    }
}

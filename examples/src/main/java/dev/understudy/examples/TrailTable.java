package dev.understudy.examples;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Trail;
import dev.understudy.chat.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A trail as a table: one row for each attempt and each route that was left out. */
final class TrailTable {

    private static final List<String> HEAD = List.of(
            "provider", "model", "try", "outcome", "because of", "waited", "took", "first content", "tokens", "key");
    private static final String NOTHING = "-";

    private TrailTable() {}

    static List<String> of(Trail trail) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        trail.entries().forEach(entry -> rows.add(row(entry)));
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

    private static List<String> row(Trail.Entry entry) {
        Trail.Timing timing = entry.timing();
        return List.of(
                entry.provider(),
                entry.model(),
                entry.attempt() == 0 ? NOTHING : entry.attempt() + "/" + entry.of(),
                entry.outcome().name().toLowerCase(Locale.ROOT),
                why(entry.failure()),
                millis(timing.waited()),
                millis(timing.took()),
                millis(timing.firstContent()),
                tokens(entry.usage()),
                entry.keyFingerprint() == null ? NOTHING : entry.keyFingerprint());
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

package dev.understudy.provider;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What became of the corpus: a row for each dialect and kind, printed and kept as {@code target/corpus.md}. */
final class CorpusReport {

    /** One row, counted up. */
    static final class Row {
        private int cases;
        private int exact;
        private int unlabelled;
        private int unread;
        private int cuts;
        private int errors;
        private final Map<Deviation, Integer> deviations = new EnumMap<>(Deviation.class);

        void exact() {
            cases++;
            exact++;
        }

        /** One that nobody has read and labelled yet. */
        void unlabelled() {
            cases++;
            unlabelled++;
        }

        /** One of a dialect that we do not speak. */
        void unread() {
            cases++;
            unread++;
        }

        void deviates(Iterable<Deviation> reasons) {
            cases++;
            reasons.forEach(each -> deviations.merge(each, 1, Integer::sum));
        }

        /** One that is wrong, which fails the test. */
        void wrong() {
            cases++;
        }

        void cut(int places, int injected) {
            cuts += places;
            errors += injected;
        }

        private String cells() {
            String reasons = deviations.entrySet().stream()
                    .map(each -> each.getKey() + " " + each.getValue())
                    .collect(Collectors.joining(", "));
            String labels = unlabelled == 0 ? "" : unlabelled + " not labelled yet";
            String spoken = unread == 0 ? "" : "a dialect that we do not speak";
            return cases + " | " + exact + " | " + reasons + labels + spoken + " | " + dash(cuts) + " | "
                    + dash(errors);
        }

        private static String dash(int count) {
            return count == 0 ? "" : String.valueOf(count);
        }
    }

    private final Map<String, Row> rows = new TreeMap<>();

    Row row(String dialect, String kind) {
        return rows.computeIfAbsent(dialect + " | " + kind, key -> new Row());
    }

    @Override
    public String toString() {
        StringBuilder table =
                new StringBuilder("| dialect | kind | cases | exact | deviations | cuts | errors put in |\n");
        table.append("|---|---|---|---|---|---|---|\n");
        rows.forEach((name, row) -> table.append("| %s | %s |%n".formatted(name, row.cells())));
        table.append('\n');
        for (Deviation deviation : Deviation.values()) {
            int cases = rows.values().stream()
                    .mapToInt(row -> row.deviations.getOrDefault(deviation, 0))
                    .sum();
            table.append("* %s, %d: %s%n".formatted(deviation, cases, deviation.reason));
        }
        return table.toString();
    }

    void publish() {
        try {
            Path file = Path.of("target", "corpus.md");
            Files.createDirectories(file.getParent());
            Files.writeString(file, toString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

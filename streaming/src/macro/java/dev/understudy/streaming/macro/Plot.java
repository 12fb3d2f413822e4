package dev.understudy.streaming.macro;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleBiFunction;

/** Bar charts of the tables as SVG: a group of bars for each scenario. */
final class Plot {

    private static final int WIDTH = 720;
    private static final int LEFT = 130;
    private static final int BAR = 18;

    private static final String FIRST_WORD =
            "Time to the first word, p99, by the share of requests that fail at the first vendor";
    private static final String THROUGHPUT = "Streams a second, by the share of requests that fail at the first vendor";
    private static final String MEMORY = "Heap of one open stream";

    private Plot() {}

    static void write(List<Table> tables, Path folder) throws IOException {
        Files.createDirectories(folder);
        List<Table> healthy = tables.stream()
                .filter(table -> table.runs().containsKey("floor"))
                .toList();
        if (!healthy.isEmpty()) {
            Files.writeString(folder.resolve("bench-cpu.svg"), ratios(healthy));
        }
        List<Table> faults = tables.stream()
                .filter(table -> table.scenario().name().contains("faults"))
                .toList();
        if (!faults.isEmpty()) {
            write(folder, "bench-faults", faults, FIRST_WORD, Plot::first99, "%.1f ms");
            write(folder, "bench-throughput", faults, THROUGHPUT, Plot::perSecond, "%,.0f");
        }
        List<Table> slow = tables.stream()
                .filter(table -> table.scenario().job().kind() == Job.Kind.SLOW)
                .toList();
        if (!slow.isEmpty()) {
            write(folder, "bench-memory", slow, MEMORY, Plot::heap, "%.1f KiB");
        }
    }

    private static String ratios(List<Table> tables) {
        double most = 6;
        StringBuilder bars = new StringBuilder();
        int y = 30;
        for (Table table : tables) {
            bars.append(title(y, table.scenario().name()));
            y += 10;
            for (String name : table.runs().keySet()) {
                double ratio = Table.at(table.ratios(name), 0.5);
                bars.append(bar(y, name, ratio / most, String.format(Locale.ROOT, "%.2f ×", ratio)));
                y += BAR + 4;
            }
            y += 28;
        }
        return document(y, "CPU time per call or chunk, over bare reactor-netty", bars);
    }

    private static void write(
            Path folder,
            String file,
            List<Table> tables,
            String title,
            ToDoubleBiFunction<Table, String> value,
            String format)
            throws IOException {
        double most = tables.stream()
                .flatMap(table -> table.runs().keySet().stream().map(name -> value.applyAsDouble(table, name)))
                .max(Double::compare)
                .orElse(1.0);
        StringBuilder bars = new StringBuilder();
        int y = 30;
        for (Table table : tables) {
            bars.append(title(y, table.scenario().name()));
            y += 10;
            for (String name : table.runs().keySet()) {
                double length = value.applyAsDouble(table, name);
                bars.append(bar(y, name, length / most, String.format(Locale.ROOT, format, length)));
                y += BAR + 4;
            }
            y += 28;
        }
        Files.writeString(folder.resolve(file + ".svg"), document(y, title, bars));
    }

    private static double first99(Table table, String name) {
        return table.median(name, Sample::first99) / 1e6;
    }

    private static double perSecond(Table table, String name) {
        return table.median(name, Sample::perSecond);
    }

    private static double heap(Table table, String name) {
        return table.median(name, Sample::heapPerOperation) / 1024;
    }

    private static String title(int y, String text) {
        return String.format(Locale.ROOT, "<text x=\"8\" y=\"%d\" font-weight=\"bold\">%s</text>%n", y + 4, text);
    }

    private static String bar(int y, String name, double share, String value) {
        int width = (int) Math.max(1, Math.min(1, share) * (WIDTH - LEFT - 90));
        String colour = name.equals("understudy") || name.equals("resuming") ? "#2b6cb0" : "#a0aec0";
        return String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                        + "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>"
                        + "<text x=\"%d\" y=\"%d\">%s</text>%n",
                LEFT - 8,
                y + 13,
                name,
                LEFT,
                y,
                width,
                BAR,
                colour,
                LEFT + width + 6,
                y + 13,
                value);
    }

    private static String document(int height, String title, CharSequence bars) {
        return String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 -24 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                        + "<rect x=\"0\" y=\"-24\" width=\"%d\" height=\"%d\" fill=\"white\"/>%n"
                        + "<text x=\"8\" y=\"-6\" font-size=\"14\">%s</text>%n%s</svg>%n",
                WIDTH,
                height + 24,
                WIDTH,
                height + 24,
                title,
                bars);
    }
}

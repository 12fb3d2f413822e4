package dev.understudy.streaming.macro;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Bar charts of the tables as SVG. */
final class Plot {

    private static final int WIDTH = 720;
    private static final int LEFT = 130;
    private static final int BAR = 18;

    private Plot() {}

    /** Writes {@code bench-cpu.svg}: CPU time of each client over that of the first one, a group of bars per scenario. */
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
            Files.writeString(folder.resolve("bench-faults.svg"), firstTokens(faults));
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

    private static String firstTokens(List<Table> tables) {
        double most = tables.stream()
                .flatMap(table -> table.runs().keySet().stream().map(name -> first99(table, name)))
                .max(Double::compare)
                .orElse(1.0);
        StringBuilder bars = new StringBuilder();
        int y = 30;
        for (Table table : tables) {
            bars.append(title(y, table.scenario().name()));
            y += 10;
            for (String name : table.runs().keySet()) {
                double first = first99(table, name);
                bars.append(bar(y, name, first / most, String.format(Locale.ROOT, "%.1f ms", first)));
                y += BAR + 4;
            }
            y += 28;
        }
        return document(y, "Time to the first word, p99, by the share of requests that fail at the first vendor", bars);
    }

    private static double first99(Table table, String name) {
        return table.median(name, run -> run.sample().first99()) / 1e6;
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

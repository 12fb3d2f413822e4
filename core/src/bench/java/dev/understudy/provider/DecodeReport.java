package dev.understudy.provider;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.Statistics;

/** Runs the benchmarks of decoding and prints their medians as a table for docs/benchmarks.md. */
public final class DecodeReport {

    private record Score(Statistics nanos, double bytes) {}

    private DecodeReport() {}

    /** One dialect after the other, so that what is compared runs side by side also where the neighbours are loud. */
    public static void main(String[] args) throws Exception {
        StringBuilder table = new StringBuilder();
        for (String name : DecodeStream.NAMES) {
            Map<String, Score> scores = new TreeMap<>();
            for (RunResult result : new Runner(new OptionsBuilder()
                            .include(DecodeBench.class.getName())
                            .param("dialect", name)
                            .warmupIterations(3)
                            .warmupTime(TimeValue.milliseconds(500))
                            .measurementIterations(7)
                            .measurementTime(TimeValue.milliseconds(400))
                            .addProfiler(GCProfiler.class)
                            .build())
                    .run()) {
                double bytes = result.getSecondaryResults().entrySet().stream()
                        .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm"))
                        .mapToDouble(entry -> entry.getValue().getScore())
                        .findFirst()
                        .orElse(Double.NaN);
                scores.put(
                        result.getParams().getBenchmark().replaceAll(".*\\.", ""),
                        new Score(result.getPrimaryResult().getStatistics(), bytes));
            }
            table.append(row(DecodeStream.of(name), name, scores.get("ours"), scores.get("tree")));
        }
        System.out.println("| dialect | bytes an event | MB/s | tree, MB/s | ns an event (least to most) | tree, ns an event "
                + "(least to most) | faster | allocated an event | tree, allocated an event |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        System.out.println(table);
    }

    private static String row(DecodeStream stream, String name, Score ours, Score tree) {
        double events = stream.events();
        double our = ours.nanos.getPercentile(50);
        double their = tree.nanos.getPercentile(50);
        return String.format(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %.0f | %.0f (%.0f to %.0f) | %.0f (%.0f to %.0f) | %.2f× | %.0f B | %.0f B |%n",
                name,
                stream.bytes() / events,
                stream.bytes() / our * 1_000,
                stream.bytes() / their * 1_000,
                our / events,
                ours.nanos.getMin() / events,
                ours.nanos.getMax() / events,
                their / events,
                tree.nanos.getMin() / events,
                tree.nanos.getMax() / events,
                their / our,
                ours.bytes / events,
                tree.bytes / events);
    }
}

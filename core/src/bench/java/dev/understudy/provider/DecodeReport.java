package dev.understudy.provider;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs the benchmarks of decoding and prints them as a table for docs/benchmarks.md. */
public final class DecodeReport {

    private record Score(double nanos, double error, double bytes) {}

    private DecodeReport() {}

    public static void main(String[] args) throws Exception {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(DecodeBench.class.getName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
        Map<String, Score> scores = new TreeMap<>();
        for (RunResult result : results) {
            String who = result.getParams().getBenchmark().replaceAll(".*\\.", "");
            double bytes = result.getSecondaryResults().entrySet().stream()
                    .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm"))
                    .mapToDouble(entry -> entry.getValue().getScore())
                    .findFirst()
                    .orElse(Double.NaN);
            scores.put(
                    who + "/" + result.getParams().getParam("dialect"),
                    new Score(
                            result.getPrimaryResult().getScore(),
                            result.getPrimaryResult().getScoreError(),
                            bytes));
        }
        System.out.println("| dialect | bytes an event | ours, MB/s | tree, MB/s | ours, ns an event | tree, ns an event "
                + "| faster | ours allocates an event | tree allocates an event |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        for (String name : DecodeStream.NAMES) {
            row(DecodeStream.of(name), name, scores.get("ours/" + name), scores.get("tree/" + name));
        }
    }

    private static void row(DecodeStream stream, String name, Score ours, Score tree) {
        double events = stream.events();
        System.out.printf(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %.0f | %.0f ±%.0f | %.0f ±%.0f | %.2f× | %.0f B | %.0f B |%n",
                name,
                stream.bytes() / events,
                stream.bytes() / ours.nanos * 1_000,
                stream.bytes() / tree.nanos * 1_000,
                ours.nanos / events,
                ours.error / events,
                tree.nanos / events,
                tree.error / events,
                tree.nanos / ours.nanos,
                ours.bytes / events,
                tree.bytes / events);
    }
}

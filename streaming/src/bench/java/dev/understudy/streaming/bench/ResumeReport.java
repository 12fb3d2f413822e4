package dev.understudy.streaming.bench;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs {@link ResumeBench} and prints the rows for docs/benchmarks.md. */
public final class ResumeReport {

    private record Score(double nanos, double error, double bytes) {}

    private ResumeReport() {}

    public static void main(String[] args) throws Exception {
        Map<String, Score> scores = new TreeMap<>();
        for (RunResult result : new Runner(new OptionsBuilder()
                        .include(ResumeBench.class.getName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run()) {
            double bytes = result.getSecondaryResults().entrySet().stream()
                    .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm"))
                    .mapToDouble(entry -> entry.getValue().getScore())
                    .findFirst()
                    .orElse(Double.NaN);
            scores.put(
                    result.getParams().getBenchmark().replaceAll(".*\\.", "") + "/"
                            + result.getParams().getParam("who"),
                    new Score(
                            result.getPrimaryResult().getScore(),
                            result.getPrimaryResult().getScoreError(),
                            bytes));
        }
        System.out.println("| demand | understudy | resuming | added | allocated, understudy | allocated, resuming |");
        System.out.println("|---|---|---|---|---|---|");
        for (String demand : new String[] {"unbounded", "bounded"}) {
            Score without = scores.get(demand + "/understudy");
            Score with = scores.get(demand + "/resuming");
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f ns ±%.0f | %.0f ns ±%.0f | %.0f ns | %.0f B | %.0f B |%n",
                    demand,
                    without.nanos,
                    without.error,
                    with.nanos,
                    with.error,
                    with.nanos - without.nanos,
                    without.bytes,
                    with.bytes);
        }
    }
}

package dev.understudy.bench;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs the benchmarks and prints what the chain adds as a table for docs/benchmarks.md. */
public final class Report {

    private record Score(double nanos, double error, double bytes) {}

    private Report() {}

    public static void main(String[] args) throws Exception {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(WalkBench.class.getName())
                        .addProfiler(GCProfiler.class)
                        .shouldDoGC(true)
                        .build())
                .run();
        Map<String, Score> scores = new TreeMap<>();
        for (RunResult result : results) {
            String what = result.getParams().getBenchmark().replaceAll(".*\\.", "");
            String who = result.getParams().getParam("who");
            Result<?> primary = result.getPrimaryResult();
            double bytes = result.getSecondaryResults().entrySet().stream()
                    .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm"))
                    .mapToDouble(entry -> entry.getValue().getScore())
                    .findFirst()
                    .orElse(Double.NaN);
            scores.put(what + "/" + who, new Score(primary.getScore(), primary.getScoreError(), bytes));
        }
        System.out.println("| what | bare | understudy | ratio | added | allocated, bare | allocated, understudy |");
        System.out.println("|---|---|---|---|---|---|---|");
        row(scores, "call", "one call", 1);
        row(scores, "shortStream", "one stream of one chunk", 1);
        row(scores, "longStream", "one chunk, in a stream of " + AtOnce.CHUNKS, AtOnce.CHUNKS);
    }

    private static void row(Map<String, Score> scores, String key, String words, int per) {
        Score bare = scores.get(key + "/bare");
        Score ours = scores.get(key + "/understudy");
        System.out.printf(
                Locale.ROOT,
                "| %s | %,.1f ns ±%.1f | %,.1f ns ±%.1f | %.1f× | %,.1f ns | %,.0f B | %,.0f B |%n",
                words,
                bare.nanos / per,
                bare.error / per,
                ours.nanos / per,
                ours.error / per,
                ours.nanos / bare.nanos,
                (ours.nanos - bare.nanos) / per,
                bare.bytes / per,
                ours.bytes / per);
    }
}

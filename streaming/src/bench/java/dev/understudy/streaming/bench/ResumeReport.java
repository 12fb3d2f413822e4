package dev.understudy.streaming.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs {@link ResumeBench} and prints the rows for docs/benchmarks.md: of the iterations the median, and what eight of ten
 * lie within.
 */
public final class ResumeReport {

    private ResumeReport() {}

    public static void main(String[] args) throws Exception {
        StringBuilder table = new StringBuilder();
        for (RunResult result : new Runner(new OptionsBuilder()
                        .include(ResumeBench.class.getName())
                        .build())
                .run()) {
            table.append(row(result));
        }
        System.out.println("| demand | understudy | resuming | added (8 of 10 iterations) | allocated, understudy "
                + "| allocated, resuming |");
        System.out.println("|---|---|---|---|---|---|");
        System.out.println(table);
    }

    private static String row(RunResult result) {
        List<IterationResult> iterations = result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .toList();
        ToDoubleFunction<IterationResult> added = i -> perChunk(i, "resumingNanos") - perChunk(i, "bareNanos");
        return String.format(
                Locale.ROOT,
                "| %s | %.0f ns | %.0f ns | %.0f ns (%.0f to %.0f) | %.0f B | %.0f B |%n",
                result.getParams().getParam("demand"),
                at(0.5, iterations, i -> perChunk(i, "bareNanos")),
                at(0.5, iterations, i -> perChunk(i, "resumingNanos")),
                at(0.5, iterations, added),
                at(0.1, iterations, added),
                at(0.9, iterations, added),
                at(0.5, iterations, i -> perChunk(i, "bareBytes")),
                at(0.5, iterations, i -> perChunk(i, "resumingBytes")));
    }

    private static double perChunk(IterationResult iteration, String counter) {
        return iteration.getSecondaryResults().get(counter).getScore()
                / iteration.getSecondaryResults().get("chunks").getScore();
    }

    private static double at(double part, List<IterationResult> of, ToDoubleFunction<IterationResult> figure) {
        double[] sorted = of.stream().mapToDouble(figure).sorted().toArray();
        return sorted[(int) (part * (sorted.length - 1))];
    }
}

package dev.understudy.provider;

import dev.understudy.provider.dialect.DecodeBench;
import dev.understudy.provider.ollama.DecodeStream;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs {@link DecodeBench} and prints a table for docs/benchmarks.md: of the iterations the median, and what eight of ten
 * lie within.
 */
public final class DecodeReport {

    private DecodeReport() {}

    /** With names of dialects as arguments only those. */
    public static void main(String[] args) throws Exception {
        StringBuilder table = new StringBuilder();
        for (String name : args.length == 0 ? DecodeStream.NAMES : List.of(args)) {
            Collection<RunResult> results = new Runner(new OptionsBuilder()
                            .include(DecodeBench.class.getName())
                            .param("dialect", name)
                            .build())
                    .run();
            table.append(row(DecodeStream.of(name), name, results.iterator().next()));
        }
        System.out.println("| dialect | bytes an event | MB/s | tree, MB/s | ns an event | tree, ns an event | faster "
                + "(8 of 10 iterations) | allocated an event | tree, allocated an event |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        System.out.println(table);
    }

    private static String row(DecodeStream stream, String name, RunResult result) {
        List<IterationResult> iterations = result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .toList();
        double events = stream.events();
        double ours = at(0.5, iterations, i -> spent(i, "oursNanos") / spent(i, "streams")) / events;
        double tree = at(0.5, iterations, i -> spent(i, "treeNanos") / spent(i, "streams")) / events;
        ToDoubleFunction<IterationResult> ratio = i -> spent(i, "treeNanos") / spent(i, "oursNanos");
        return String.format(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %.0f | %.0f | %.0f | %.2f× (%.2f to %.2f) | %.0f B | %.0f B |%n",
                name,
                stream.bytes() / events,
                stream.bytes() / events / ours * 1_000,
                stream.bytes() / events / tree * 1_000,
                ours,
                tree,
                at(0.5, iterations, ratio),
                at(0.1, iterations, ratio),
                at(0.9, iterations, ratio),
                at(0.5, iterations, i -> spent(i, "oursBytes") / spent(i, "streams")) / events,
                at(0.5, iterations, i -> spent(i, "treeBytes") / spent(i, "streams")) / events);
    }

    private static double spent(IterationResult iteration, String counter) {
        return iteration.getSecondaryResults().get(counter).getScore();
    }

    private static double at(double part, List<IterationResult> of, ToDoubleFunction<IterationResult> figure) {
        double[] sorted = of.stream().mapToDouble(figure).sorted().toArray();
        return sorted[(int) (part * (sorted.length - 1))];
    }
}

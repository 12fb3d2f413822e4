package dev.understudy.streaming.macro;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Runs of one scenario, by client.
 *
 * @param scenario the scenario
 * @param runs runs of each client in the order of the rounds
 */
record Table(Scenario scenario, Map<String, List<Run>> runs) {

    /**
     * One run.
     *
     * @param sample measured by the client
     * @param requests counted by the upstream
     */
    record Run(Sample sample, long requests) {

        double requestsPerOperation() {
            return (double) requests / (sample.operations() + sample.errors());
        }
    }

    /** Returns the median over the rounds. */
    double median(String name, ToDoubleFunction<Run> value) {
        return at(runs.get(name).stream().mapToDouble(value).toArray(), 0.5);
    }

    /** Returns CPU time per unit over that of the first client, round by round. */
    double[] ratios(String name) {
        List<Run> base = runs.values().iterator().next();
        List<Run> own = runs.get(name);
        double[] ratios = new double[own.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = own.get(i).sample().cpuPerUnit() / base.get(i).sample().cpuPerUnit();
        }
        return ratios;
    }

    static double at(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }

    /** Returns the table in Markdown; a ratio is the median of the rounds, with the range of eight in ten of them. */
    String markdown() {
        StringBuilder table =
                new StringBuilder("\n### " + scenario.name() + "\n\n| client | CPU | ratio (8 of 10 rounds)"
                        + " | allocated | " + (scenario.stream() ? "streams" : "calls")
                        + " a second | first, p50 | p99 | whole, p50 | p99 | requests | errors |\n"
                        + "|---|---|---|---|---|---|---|---|---|---|---|\n");
        for (String name : runs.keySet()) {
            double[] ratios = ratios(name);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %,.2f µs | %.2f (%.2f to %.2f) | %,.0f B | %,.0f | %.2f ms | %.2f ms | %.2f ms | %.2f ms | %.2f | %.0f |%n",
                    name,
                    median(name, run -> run.sample().cpuPerUnit()) / 1e3,
                    at(ratios, 0.5),
                    at(ratios, 0.1),
                    at(ratios, 0.9),
                    median(name, run -> run.sample().bytesPerUnit()),
                    median(name, run -> run.sample().perSecond()),
                    median(name, run -> run.sample().first50()) / 1e6,
                    median(name, run -> run.sample().first99()) / 1e6,
                    median(name, run -> run.sample().whole50()) / 1e6,
                    median(name, run -> run.sample().whole99()) / 1e6,
                    median(name, Run::requestsPerOperation),
                    median(name, run -> run.sample().errors())));
        }
        return table.toString();
    }
}

package dev.understudy.streaming.macro;

import java.util.Arrays;
import java.util.List;
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

    /** Returns the median over the rounds of what a client measured. */
    double median(String name, ToDoubleFunction<Sample> value) {
        return medianOfRuns(name, run -> value.applyAsDouble(run.sample()));
    }

    double medianOfRuns(String name, ToDoubleFunction<Run> value) {
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
}

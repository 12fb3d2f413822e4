package dev.understudy.streaming.macro;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Result of one run: totals of the run, and percentiles of its operations in nanoseconds.
 *
 * @param operations calls or streams that ended well
 * @param units answers or chunks that were received
 * @param errors calls or streams that failed
 * @param nanos duration of the run
 * @param cpu CPU time in nanoseconds
 * @param bytes allocated bytes
 * @param first50 median time to the first element
 * @param first99 99th percentile of the same
 * @param whole50 median time to the end
 * @param whole99 99th percentile of the same
 */
record Sample(
        long operations,
        long units,
        long errors,
        long nanos,
        long cpu,
        long bytes,
        long first50,
        long first99,
        long whole50,
        long whole99) {

    double cpuPerUnit() {
        return (double) cpu / units;
    }

    double bytesPerUnit() {
        return (double) bytes / units;
    }

    double perSecond() {
        return operations * 1e9 / nanos;
    }

    String line() {
        return Arrays.stream(
                        new long[] {operations, units, errors, nanos, cpu, bytes, first50, first99, whole50, whole99})
                .mapToObj(Long::toString)
                .collect(Collectors.joining(" "));
    }

    static Sample parse(String line) {
        long[] all = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
        return new Sample(all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7], all[8], all[9]);
    }
}

package dev.understudy.streaming.macro;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Result of one run: totals of the run, and percentiles of its operations in nanoseconds.
 *
 * @param operations calls or streams that ended well
 * @param units answers or chunks that were received while CPU time and bytes were measured
 * @param errors calls or streams that failed
 * @param nanos duration of the run
 * @param cpu CPU time in nanoseconds
 * @param bytes allocated bytes
 * @param first50 median time to the first element
 * @param first99 99th percentile of the same
 * @param firstMost longest of the same
 * @param whole50 median time to the end
 * @param whole99 99th percentile of the same
 * @param heap bytes of the heap that the open streams hold, 0 if that is not measured
 * @param resident resident bytes that the open streams add to the process
 * @param threads threads while all streams are open
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
        long firstMost,
        long whole50,
        long whole99,
        long heap,
        long resident,
        long threads) {

    double cpuPerUnit() {
        return (double) cpu / units;
    }

    double bytesPerUnit() {
        return (double) bytes / units;
    }

    double perSecond() {
        return operations * 1e9 / nanos;
    }

    double heapPerOperation() {
        return (double) heap / (operations + errors);
    }

    double residentPerOperation() {
        return (double) resident / (operations + errors);
    }

    String line() {
        return Arrays.stream(new long[] {
                    operations,
                    units,
                    errors,
                    nanos,
                    cpu,
                    bytes,
                    first50,
                    first99,
                    firstMost,
                    whole50,
                    whole99,
                    heap,
                    resident,
                    threads
                })
                .mapToObj(Long::toString)
                .collect(Collectors.joining(" "));
    }

    static Sample parse(String line) {
        long[] all = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
        return new Sample(
                all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7], all[8], all[9], all[10], all[11],
                all[12], all[13]);
    }
}

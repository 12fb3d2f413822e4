package dev.understudy.streaming.macro;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * CPU time and allocated bytes of this process so far. Threads of the compilers and of the garbage collector do not count.
 *
 * @param cpu CPU time of the threads that live, in nanoseconds
 * @param compilers CPU time of the compilers and the garbage collector
 * @param process CPU time of the process, in steps of ten milliseconds
 * @param bytes bytes that threads allocated which live
 * @param heap bytes that all threads allocated
 * @param ended threads that have ended
 */
record Spent(long cpu, long compilers, long process, long bytes, long heap, long ended) {

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final HeapGrowth HEAP = new HeapGrowth();

    /** Begins to watch the heap. */
    static void prepare() {
        HEAP.bytes();
    }

    static Spent now() {
        long bytes = 0;
        for (long allocated : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            bytes += Math.max(0, allocated);
        }
        long cpu = 0;
        long compilers = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                long nanos = nanos(task);
                if (nanos < 0) {
                    compilers -= nanos;
                } else {
                    cpu += nanos;
                }
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return new Spent(
                cpu,
                compilers,
                ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime(),
                bytes,
                HEAP.bytes(),
                THREADS.getTotalStartedThreadCount() - THREADS.getThreadCount());
    }

    /** Returns the CPU time of a thread, as a negative number for one of the compilers and of the garbage collector. */
    private static long nanos(Path task) {
        try {
            String name = Files.readString(task.resolve("comm"));
            boolean own = name.startsWith("C1 ")
                    || name.startsWith("C2 ")
                    || name.startsWith("GC ")
                    || name.startsWith("G1 ")
                    || name.startsWith("VM Thread")
                    || name.startsWith("Sweeper");
            long nanos =
                    Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ", 2)[0]);
            return own ? -nanos : nanos;
        } catch (IOException ended) {
            return 0;
        }
    }

    /**
     * Returns what was spent since another time. What threads spent that have ended since is known for all threads
     * together only, and less exactly.
     */
    Total since(Spent before) {
        return ended == before.ended
                ? new Total(cpu - before.cpu, bytes - before.bytes)
                : new Total(process - before.process - (compilers - before.compilers), heap - before.heap);
    }

    /**
     * What was spent between two times.
     *
     * @param cpu CPU time in nanoseconds
     * @param bytes allocated bytes
     */
    record Total(long cpu, long bytes) {}
}
